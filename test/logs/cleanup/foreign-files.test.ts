import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { temporaryDirectory } from '../writing/log-directory.ts'
import { archiveNames, plantArchive, plantLog, readArchive } from './log-folder.ts'
import { cleanUp, hasTar, names } from './run-cleanup.ts'

test('links, directories and foreign names in the folder are neither archived nor removed', async (t) => {
  const directory = temporaryDirectory(t)
  const outside = join(temporaryDirectory(t), 'outside')
  writeFileSync(outside, 'secret')
  symlinkSync(outside, join(directory, 'operations.log.000001-aaaaaaaa'))
  mkdirSync(join(directory, 'operations.log.000002-aaaaaaaa'))
  writeFileSync(join(directory, 'operations.log.1'), 'x')
  writeFileSync(join(directory, 'notes.tmp'), 'x')
  const before = readdirSync(directory)
  const report = await cleanUp(directory, { max_lines: 0, archive_days: 0 })
  assert.deepEqual([report.files_archived, report.errors], [0, []])
  assert.deepEqual(readdirSync(directory).sort(), [...before, 'archives'].sort())
  assert.equal(readFileSync(outside, 'utf8'), 'secret')
})

test('a link in place of the archive folder is refused', async (t) => {
  const directory = temporaryDirectory(t)
  const outside = temporaryDirectory(t)
  const planted = plantLog(directory, 'operations', { number: 1, lines: 5, age_days: 8 })
  symlinkSync(outside, join(directory, 'archives'))
  const report = await cleanUp(directory)
  assert.deepEqual(report.errors, [
    'The archive folder cannot be used: it is a symbolic link, which is refused.',
    'The report could not be kept: there is no archive folder.',
  ])
  assert.deepEqual(readdirSync(outside), [])
  assert.deepEqual(names(directory), [planted.name])
})

test('damaged archives and ones with a path for a member stay as they are', async (t) => {
  const directory = temporaryDirectory(t)
  const planted = plantLog(directory, 'operations', { number: 1, lines: 500, age_days: 8 })
  await cleanUp(directory)
  const [name = ''] = archiveNames(directory)
  const sound = readFileSync(join(directory, 'archives', name))
  const damaged = Buffer.from(sound)
  damaged.fill(0, 200, 240)
  rmSync(join(directory, 'archives', name))
  plantArchive(directory, 'operations_20261120_000000.tar.gz', damaged)
  plantArchive(directory, 'operations_20261120_000001.tar.gz', 'no gzip at all')
  plantArchive(directory, 'operations_20261120_000002.tar.gz', sound.subarray(0, sound.length - 30))
  const strange = tarOfPath(directory)
  if (strange) plantArchive(directory, 'operations_20261120_000003.tar.gz', strange)
  const before = archiveNames(directory)
  const contents = before.map((each) => readFileSync(join(directory, 'archives', each)))
  // The same file again: the damaged archives seem to hold it, and must not be believed.
  plantLog(directory, 'operations', { number: 1, lines: 500, age_days: 8 })
  const report = await cleanUp(directory)
  assert.deepEqual([report.files_archived, report.errors], [1, []])
  assert.deepEqual(
    before.map((each) => readFileSync(join(directory, 'archives', each))),
    contents,
  )
  assert.deepEqual(readArchive(directory, name), planted)
})

function tarOfPath(directory: string): Buffer | undefined {
  if (!hasTar()) return undefined
  writeFileSync(join(directory, 'x'), 'x')
  return execFileSync('tar', ['-czPf', '-', '../x'], { cwd: join(directory, 'archives') })
}
