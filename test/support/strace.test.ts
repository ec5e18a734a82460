import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import {
  callsNaming,
  chosenPoints,
  runWithFault,
  runWithFaultyPath,
  wasKilled,
  withoutStrace,
  type CallPoint,
  type TracedCommand,
} from './strace.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const AHEAD = new URL('traced-child.ts', import.meta.url).href
/** Makes four names in a folder, two of them on the thread pool, and prints that it came to its end. */
const PROGRAM = `
  import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
  import { mkdir, rename } from 'node:fs/promises'
  import { countAhead } from '${AHEAD}'
  await countAhead()
  const folder = process.argv[1]
  mkdirSync(folder + '/a')
  renameSync(folder + '/a', folder + '/main')
  await mkdir(folder + '/b')
  await rename(folder + '/b', folder + '/pool')
  writeFileSync(folder + '/file', 'x')
  console.log('end')
`
const root = temporaryDirectory()

function fresh(): TracedCommand {
  const folder = mkdtempSync(join(root, 'run-'))
  return { folder, script: ['--input-type=module', '--eval', PROGRAM, folder] }
}

test('a fault at the k-th call hits that call and no other, on the main thread and in the thread pool', async (t) => {
  const missing = withoutStrace()
  if (missing !== false) return t.skip(missing)
  const { run, points } = await callsNaming(fresh, ['mkdir', 'rename'])
  assert.equal(run.stdout, 'end\n')
  assert.deepEqual(
    points.map(({ syscall, thread }) => `${thread} ${syscall}`),
    ['main mkdir', 'main rename', 'pool mkdir', 'pool rename'],
  )
  const left = [[], ['a'], ['main'], ['b', 'main']]
  for (const [index, point] of points.entries()) {
    const killed = fresh()
    assert.ok(wasKilled(await runWithFault(killed, point, 'KILL')))
    assert.deepEqual(readdirSync(killed.folder).toSorted(), left[index], `killed before ${point.shown}`)
    const failed = fresh()
    const { code, stderr } = await runWithFault(failed, point, 'EIO')
    assert.equal(code, 1)
    assert.match(stderr, /EIO/)
    assert.deepEqual(readdirSync(failed.folder).toSorted(), left[index], `failed at ${point.shown}`)
  }
})

test('calls on one path fail as often as wanted', async (t) => {
  const missing = withoutStrace()
  if (missing !== false) return t.skip(missing)
  const command = fresh()
  const path = join(command.folder, 'file')
  const run = await runWithFaultyPath(command, { syscall: 'write', path, injection: 'ENOSPC', count: 1 })
  assert.equal(run.code, 1)
  assert.match(run.stderr, /ENOSPC/)
})

test('points are spread evenly, and the number that is left out is told', () => {
  const points = Array.from({ length: 10 }, (_, at): CallPoint => {
    return { syscall: 'write', thread: 'main', k: at + 1, ahead: '', shown: '' }
  })
  const told: string[] = []
  const before = process.env['LONG_TESTS']
  delete process.env['LONG_TESTS']
  assert.deepEqual(
    chosenPoints(points, 4, (text) => told.push(text)).map(({ k }) => k),
    [1, 4, 6, 9],
  )
  assert.deepEqual(told, ['4 of 10 points; LONG_TESTS=1 runs all'])
  assert.equal(chosenPoints(points, 10, () => {}).length, 10)
  process.env['LONG_TESTS'] = '1'
  assert.equal(chosenPoints(points, 4, () => {}).length, 10)
  if (before === undefined) delete process.env['LONG_TESTS']
  else process.env['LONG_TESTS'] = before
})
