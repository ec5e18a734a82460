import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertNoEscapes } from './support/assert-explained.ts'
import { COMPILE_CACHE } from './support/run-cli.ts'
import { keptRows, smallCanvas, syncedPlace } from './support/work-place.ts'

const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const place = await syncedPlace(await smallCanvas())

/** Runs a shell line with the program as `$CLI`; resolves with what the shell shows. */
async function shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', line], {
    cwd: place.directory,
    env: {
      PATH: process.env['PATH'],
      HOME: place.directory,
      CLI: `${process.execPath} ${PROGRAM}`,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      CANVAS_BASE_URL: place.simulator?.base_url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

const DATA_COMMANDS: readonly (readonly string[])[] = [
  ['syncs', 'list'],
  ['syncs', 'show', 'first'],
  ['migrate'],
  ['doctor'],
]

suite('output', { concurrency: 2 }, () => {
  for (const args of DATA_COMMANDS) {
    test(`${args.join(' ')}: data on stdout, nothing on stderr, no escapes, and JSON with --json`, async () => {
      const plain = await place.run(args)
      assert.equal(plain.code, 0, plain.stderr)
      assert.equal(plain.stderr, '')
      assert.match(plain.stdout, /\S\n$/)
      assertNoEscapes(plain.stdout)
      const json = await place.run([...args, '--json'])
      assert.equal(json.code, 0, json.stderr)
      assert.equal(json.stderr, '')
      assert.doesNotThrow(() => JSON.parse(json.stdout) as unknown)
      assert.equal(json.stdout.split('\n').length, 2)
    })
  }

  test('a sync in a pipe writes no escape code, whatever TERM says', async () => {
    const copy = place.copy()
    const result = await copy.run(copy.syncArguments(), { environment: { TERM: 'xterm-256color' } })
    assert.equal(result.code, 0, result.stderr)
    assertNoEscapes(result.stdout)
    assertNoEscapes(result.stderr)
  })

  test('--quiet leaves the data and the errors', async () => {
    const copy = place.copy()
    const good = await copy.run(copy.syncArguments('--quiet'))
    assert.equal(good.stderr, '')
    assert.match(good.stdout, /completed/)
    const bad = await copy.run(copy.syncArguments('-q', '--type', 'x'))
    assert.match(bad.stderr, /^Error: There is no sync type "x"\.\n/)
  })

  test('a reader that goes away is no error', async () => {
    const { code, stdout, stderr } = await shell('set -o pipefail; $CLI syncs list | head -1')
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.match(stdout, /^id +started/)
    const nobody = await shell('set -o pipefail; $CLI syncs list --json | true')
    assert.deepEqual(nobody, { code: 0, stdout: '', stderr: '' })
  })

  test('a sync whose reader goes away is finished all the same', async () => {
    const { code } = await shell(
      'set -o pipefail; $CLI sync --token-file token.txt --task-id unread 2>&1 | head -1',
    )
    assert.equal(code, 0)
    const [row] = place.rows("select sync_status from canvas_sync_metrics where sync_task_id = 'unread'")
    assert.equal(row?.['sync_status'], 'completed')
  })

  test('messages of an empty list go to stderr', async () => {
    const result = await place.run(['syncs', 'list', '--database', 'sqlite:new.db'])
    assert.equal(result.stdout, '')
    assert.match(result.stderr, /^No syncs yet in .*new\.db\. Run one with canvas-sync-monitor sync\.\n$/)
    const filtered = await place.run(['syncs', 'list', '--status', 'lost'])
    assert.equal(filtered.stderr, 'No sync matches.\n')
    const json = await place.run(['syncs', 'list', '--status', 'lost', '--json'])
    assert.deepEqual(JSON.parse(json.stdout), [])
  })

  test('--debug adds the stack to an error, and only then', async () => {
    const plain = await place.run(['syncs', 'show', '99'])
    assert.doesNotMatch(plain.stderr, /\n {4}at /)
    const debug = await place.run(['syncs', 'show', '99', '--debug'])
    assert.match(debug.stderr, /\n {4}at /)
  })

  test('migrate makes the database, and twice does nothing more', async () => {
    const args = ['migrate', '--database', 'sqlite:deep/down/new.db']
    const first = await place.run(args)
    assert.match(first.stdout, /new\.db is now at version \d+: applied 0001-\S+/)
    const bytes = readFileSync(place.path('deep/down/new.db'))
    const second = await place.run([...args, '--json'])
    const report = JSON.parse(second.stdout) as { applied: string[]; version: number; database: string }
    assert.deepEqual(report.applied, [])
    assert.ok(report.version >= 2)
    assert.match(report.database, /new\.db$/)
    assert.deepEqual(readFileSync(place.path('deep/down/new.db')), bytes)
    assert.ok(keptRows(place))
  })
})
