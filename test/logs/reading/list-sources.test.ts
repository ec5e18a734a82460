import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { listSources } from '../../../src/logs/reading/list-sources.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { addFile, logFolder } from './log-folder.ts'

const at = (time: string): number => Date.parse(time)
const names = async (directory: string): Promise<string[]> =>
  (await listSources(directory)).map(({ name }) => name)

test('the files of a stream are listed oldest first, whoever rotated them, and the live file last', async () => {
  const directory = temporaryDirectory()
  const line = '{}\n'
  addFile(directory, 'operations.log', line)
  addFile(directory, 'operations.log.000012-0000000a', line)
  addFile(directory, 'operations.log.000009-0000000b', line)
  addFile(directory, 'operations.log.000010-0000000c.gz', line)
  addFile(directory, 'operations.log.1', line, at('2026-11-10T00:00:00Z'))
  addFile(directory, 'operations.log.2', line, at('2026-11-08T00:00:00Z'))
  addFile(directory, 'operations.log.10.gz', line, at('2026-10-01T00:00:00Z'))
  addFile(directory, 'operations.log.2026-09-01', line, at('2026-09-02T00:00:00Z'))
  addFile(directory, 'operations.log-20260831.gz', line, at('2026-09-01T00:00:00Z'))
  addFile(directory, 'archives/operations_20261109_020000.tar.gz', line)
  addFile(directory, 'archives/operations_20260101_020000_10.tar.gz', line)
  addFile(directory, 'archives/operations_20260101_020000_2.tar.gz', line)
  addFile(directory, 'archives/operations_20261115_020000.tar.gz', line)
  assert.deepEqual(await names(directory), [
    'archives/operations_20260101_020000_2.tar.gz',
    'archives/operations_20260101_020000_10.tar.gz',
    'operations.log-20260831.gz',
    'operations.log.2026-09-01',
    'operations.log.10.gz',
    'operations.log.2',
    'archives/operations_20261109_020000.tar.gz',
    'operations.log.1',
    'archives/operations_20261115_020000.tar.gz',
    'operations.log.000009-0000000b',
    'operations.log.000010-0000000c.gz',
    'operations.log.000012-0000000a',
    'operations.log',
  ])
})

test('the numbers of an earlier system order its files even when a copy has mixed their times', async () => {
  const directory = temporaryDirectory()
  addFile(directory, 'errors.log.3', 'x', at('2026-11-03T00:00:00Z'))
  addFile(directory, 'errors.log.2', 'x', at('2026-11-01T00:00:00Z'))
  addFile(directory, 'errors.log.1', 'x', at('2026-11-02T00:00:00Z'))
  assert.deepEqual(await names(directory), ['errors.log.3', 'errors.log.2', 'errors.log.1'])
})

test('streams come in their order, with the kind, the size and the time of each file', async () => {
  const directory = logFolder({ 'progress.log': 'ab\n', 'database.log.4.gz': 'x', 'operations.log.1': 'x' })
  const sources = await listSources(directory)
  assert.deepEqual(
    sources.map(({ stream, kind, name }) => [stream, kind, name]),
    [
      ['operations', 'rotated', 'operations.log.1'],
      ['database', 'gzip', 'database.log.4.gz'],
      ['progress', 'live', 'progress.log'],
    ],
  )
  assert.equal(sources[2]?.size_bytes, 3)
  assert.equal(sources[2].path, join(directory, 'progress.log'))
  assert.ok(Math.abs(sources[2].modified_ms - Date.now()) < 3_600_000)
  const some = await listSources(directory, ['progress', 'operations'])
  assert.deepEqual(
    some.map(({ stream }) => stream),
    ['operations', 'progress'],
  )
})

test('links, folders, names of others and a file that is being compressed are left out', async () => {
  const directory = logFolder({
    'errors.log.1': 'x\n',
    'errors.log.1.gz': 'x\n',
    'errors.log.bak': 'x',
    'errors.log.1~': 'x',
    'errors.log.01': 'x',
    '.errors.log.lock': 'x',
    'error.log': 'x',
    'archives/errors_2026_020000.tar.gz': 'x',
    'archives/notes.tar.gz': 'x',
  })
  mkdirSync(join(directory, 'operations.log'))
  symlinkSync('/etc/passwd', join(directory, 'progress.log'))
  symlinkSync(join(directory, 'errors.log.1'), join(directory, 'errors.log'))
  assert.deepEqual(await names(directory), ['errors.log.1'])
})

test('an archive folder that is a link is not followed, and a missing folder holds nothing', async () => {
  const elsewhere = logFolder({ 'archives/errors_20261101_020000.tar.gz': 'x' })
  const directory = logFolder({ 'errors.log': 'x\n' })
  symlinkSync(join(elsewhere, 'archives'), join(directory, 'archives'))
  assert.deepEqual(await names(directory), ['errors.log'])
  assert.deepEqual(await names(join(directory, 'missing')), [])
})
