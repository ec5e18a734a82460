import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertExplained } from './support/assert-explained.ts'
import { parseSyncRecord } from './support/assert-sync-record.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

const LAUNCHER = fileURLToPath(new URL('../../bin/canvas-sync-monitor.js', import.meta.url))

/** A Node.js of this machine that is too old to run the program itself. */
function findOldNode(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']
  for (const path of folders.map((folder) => join(folder, 'node'))) {
    if (!existsSync(path)) continue
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    const [major = 0, minor = 0] = stdout.replace('v', '').split('.').map(Number)
    if (major >= 14 && (major < 24 || (major === 24 && minor < 15))) return path
  }
  return null
}

const old_node = findOldNode()
const skip = old_node === null ? 'there is no Node.js older than 24.15 here' : false
const program = [old_node ?? '', LAUNCHER]

test('under this Node.js the launcher runs the program', async () => {
  const result = await new WorkPlace().run(['--version'], { program: [process.execPath, LAUNCHER] })
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stdout, /^\d+\.\d+\.\d+\n$/)
})

suite('under an old Node.js', { skip, concurrency: 2 }, () => {
  test('it hands over to the one that the checkout brings: output, input and exit code are the same', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    const args = ['sync', '--base-url', simulator.base_url, '--token-file', '-', '--json', '-q']
    const good = await place.run(args, { program, input: simulator.tokens.teacher })
    assert.equal(good.code, 0, good.stderr)
    assert.equal(parseSyncRecord(good.stdout).sync_status, 'completed')
    const bad = await place.run(['snyc'], { program })
    assertExplained(bad, { code: 2, sentence: /no command "snyc"/, next: /sync/ })
  })

  test('it hands on a signal, and the sync ends as cancelled', async () => {
    const simulator = await smallCanvas()
    simulator.faults.add({ when: { path: '/api/v1/courses/*/assignment_groups' }, fault: { kind: 'hang' } })
    const place = new WorkPlace(simulator)
    const cli = place.start(place.syncArguments('--json'), { program })
    await cli.shows('stderr', /2 courses to read/)
    cli.child.kill('SIGINT')
    const result = await cli.result
    assert.equal(result.code, 130, result.stderr)
    assert.equal(parseSyncRecord(result.stdout).sync_status, 'cancelled')
  })

  test('without another one it says what is needed', async () => {
    const place = new WorkPlace()
    place.write('package/package.json', '{"type":"module"}')
    cpSync(LAUNCHER, place.path('package/bin/canvas-sync-monitor.js'))
    const alone = [old_node ?? '', place.path('package/bin/canvas-sync-monitor.js')]
    const result = await place.run(['sync'], { program: alone })
    assertExplained(result, {
      code: 2,
      sentence: /needs Node\.js 24\.15 or newer; this is/,
      next: /nodejs\.org/,
    })
  })
})
