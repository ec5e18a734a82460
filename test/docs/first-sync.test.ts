import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { pack } from '../package/support/pack.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readPage } from './support/all-blocks.ts'
import { readBlocks, type CodeBlock } from './support/code-blocks.ts'
import { NODE_FOLDER, RegistryStandIn } from './support/registry.ts'
import { runInPlace } from './support/run-in-place.ts'

const SECTION = '## My own job'
const FIVE_MINUTES_MS = 5 * 60_000

/** The blocks between a heading of the README and the next one. */
function blocksOfSection(heading: string): CodeBlock[] {
  const text = readPage('README.md')
  const start = text.indexOf(`${heading}\n`)
  assert.notEqual(start, -1, `the README has no section ${heading}`)
  const end = text.indexOf('\n## ', start + 1)
  return readBlocks('README.md', text.slice(start, end))
}

const has_npm = spawnSync('npm', ['--version']).status === 0

test(
  'a new user with an empty folder and the README has a completed sync of a job of one’s own within five minutes',
  { skip: has_npm ? false : 'npm is not on the path' },
  async (context) => {
    const directory = temporaryDirectory()
    const packed = await pack(join(directory, 'package'))
    await using registry = await RegistryStandIn.start(packed.tarball)
    const folder = join(directory, 'my-job')
    mkdirSync(folder)

    const started = performance.now()
    let printed = ''
    for (const { text, marker } of blocksOfSection(SECTION)) {
      if (marker?.kind === 'file') writeFileSync(join(folder, marker.name), text)
      else printed += await runInPlace(text, { cwd: folder, environment: environmentOf(directory, registry) })
    }
    const took_ms = performance.now() - started
    context.diagnostic(`from an empty folder to the verdict: ${(took_ms / 1000).toFixed(1)} s`)

    assert.ok(took_ms < FIVE_MINUTES_MS)
    assert.match(printed, /completed/)
    using database = new DatabaseSync(join(folder, 'data/canvas-sync.db'), { readOnly: true })
    const rows = database
      .prepare('select id, user_id, sync_type, sync_status, courses_created from canvas_sync_metrics')
      .all()
      .map((row) => ({ ...row }))
    const expected = {
      id: 1,
      user_id: '42',
      sync_type: 'nightly',
      sync_status: 'completed',
      courses_created: 2,
    }
    assert.deepEqual(rows, [expected])
  },
)

/** Of a user who has Node.js and npm, and never heard of us; the registry is the one of this test. */
function environmentOf(home: string, registry: RegistryStandIn): Record<string, string> {
  return {
    PATH: [NODE_FOLDER, process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    npm_config_registry: registry.url,
    npm_config_cache: join(home, 'npm-cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
}
