import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { streamText, temporaryDirectory } from '../writing/log-directory.ts'
import { archiveNames, leftovers, plantArchive, plantLog, readArchive, textEverywhere } from './log-folder.ts'
import { cleanUp, DEFAULTS, hasTar, names } from './run-cleanup.ts'

function newest(text: string, lines: number): string {
  return text
    .split(/(?<=\n)/)
    .slice(-lines)
    .join('')
}

test('rotated files are archived from the wanted age on, the live file never', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 0, lines: 10, age_days: 400 })
  const old = plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 7 })
  const young = plantLog(directory, 'operations', { number: 2, lines: 30, age_days: 6.9 })
  const errors = plantLog(directory, 'errors', { number: 1, lines: 40, age_days: 8 })
  const report = await cleanUp(directory)
  assert.deepEqual(names(directory), [young.name, 'operations.log'])
  assert.deepEqual(archiveNames(directory), [
    'errors_20261122_101500.tar.gz',
    'operations_20261122_101500.tar.gz',
  ])
  assert.deepEqual(readArchive(directory, 'operations_20261122_101500.tar.gz'), old)
  assert.deepEqual(readArchive(directory, 'errors_20261122_101500.tar.gz'), errors)
  const bytes_before = Buffer.byteLength(old.text + errors.text)
  const bytes_after = archiveNames(directory)
    .map((name) => statSync(join(directory, 'archives', name)).size)
    .reduce((total, size) => total + size)
  assert.deepEqual(report, {
    task_id: report.task_id,
    started_at: '2026-11-22T10:15:00.000Z',
    finished_at: '2026-11-22T10:15:00.000Z',
    options: DEFAULTS,
    scheduled_for: null,
    stopped_early: false,
    files_archived: 2,
    files_shortened: 0,
    lines_archived: 60,
    bytes_before,
    bytes_after,
    ratio: Math.round((bytes_after / bytes_before) * 10_000) / 10_000,
    archives_deleted: 0,
    bytes_deleted: 0,
    errors: [],
  })
  assert.deepEqual(leftovers(directory), [])
})

test('a second clean-up archives nothing again', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 8 })
  await cleanUp(directory)
  const before = archiveNames(directory)
  const report = await cleanUp(directory)
  assert.deepEqual([report.files_archived, report.ratio, report.errors], [0, null, []])
  assert.deepEqual(archiveNames(directory), before)
})

test('archives of one second have different names', async (t) => {
  const directory = temporaryDirectory(t)
  const planted = [1, 2, 3].map((number) => plantLog(directory, 'operations', { number, lines: 5 }))
  await cleanUp(directory, { archive_days: 0 })
  const [first = '', second = '', third = ''] = ['', '_1', '_2'].map(
    (n) => `operations_20261122_101500${n}.tar.gz`,
  )
  assert.deepEqual(
    [first, second, third].map((name) => readArchive(directory, name)),
    planted,
  )
})

test('the system’s tar and gzip read the archives', { skip: !hasTar() }, async (t) => {
  const directory = temporaryDirectory(t)
  const planted = plantLog(directory, 'progress', { number: 3, lines: 5000, age_days: 9.5 })
  await cleanUp(directory)
  const path = join(directory, 'archives', 'progress_20261122_101500.tar.gz')
  execFileSync('gzip', ['-t', path])
  assert.equal(execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }), `${planted.name}\n`)
  assert.equal(execFileSync('tar', ['-xzOf', path], { encoding: 'utf8' }), planted.text)
  const listing = execFileSync('tar', ['-tvzf', path, '--utc'], { encoding: 'utf8' })
  assert.match(listing, /^-rw-r----- .* 2026-11-12 22:15 /)
})

test('of a stream with too many lines exactly the newest stay, and the older ones go', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 0, lines: 10 })
  for (const number of [1, 2, 3]) plantLog(directory, 'operations', { number, lines: 50 })
  const all = streamText(directory, 'operations')
  for (const [max_lines, files] of [
    [160, ['000001-aaaaaaa1', '000002-aaaaaaa2', '000003-aaaaaaa3']],
    [159, ['000001-aaaaaaa1', '000002-aaaaaaa2', '000003-aaaaaaa3']],
    [110, ['000002-aaaaaaa2', '000003-aaaaaaa3']],
    [61, ['000002-aaaaaaa2', '000003-aaaaaaa3']],
    [60, ['000003-aaaaaaa3']],
    [11, ['000003-aaaaaaa3']],
    [10, []],
  ] as const) {
    const report = await cleanUp(directory, { max_lines })
    assert.deepEqual(report.errors, [])
    assert.equal(report.files_archived + report.files_shortened, max_lines === 160 ? 0 : 1)
    assert.deepEqual(names(directory), [...files.map((file) => `operations.log.${file}`), 'operations.log'])
    assert.equal(streamText(directory, 'operations'), newest(all, max_lines))
    assert.equal(textEverywhere(directory, 'operations'), all)
    assert.deepEqual(leftovers(directory), [])
  }
})

test('a live file that alone has too many lines is rotated, and its newest lines stay', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 5 })
  plantLog(directory, 'operations', { number: 0, lines: 101 })
  const all = streamText(directory, 'operations')
  const report = await cleanUp(directory, { max_lines: 100 })
  assert.deepEqual(report.errors, [])
  assert.deepEqual([report.files_archived, report.files_shortened, report.lines_archived], [1, 1, 6])
  assert.equal(names(directory).length, 1)
  assert.equal(streamText(directory, 'operations'), newest(all, 100))
  assert.equal(textEverywhere(directory, 'operations'), all)
})

test('what stays of a file keeps its age and its permissions, so that it is archived in its time', async (t) => {
  const directory = temporaryDirectory(t)
  const { name, text } = plantLog(directory, 'operations', { number: 1, lines: 50, age_days: 6 })
  chmodSync(join(directory, name), 0o604)
  await cleanUp(directory, { max_lines: 20 })
  const { mode, mtimeMs } = statSync(join(directory, name))
  assert.equal(mode & 0o777, 0o604)
  assert.equal(mtimeMs, Date.parse('2026-11-16T10:15:00.000Z'))
  await cleanUp(directory, { archive_days: 6 })
  assert.deepEqual(names(directory), [])
  assert.equal(textEverywhere(directory, 'operations'), text)
})

test('equal lines are not taken for ones that are archived already', async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'operations.log.000001-aaaaaaaa')
  writeFileSync(path, 'the same\n'.repeat(100))
  for (const max_lines of [50, 25, 24, 1, 0]) {
    assert.deepEqual((await cleanUp(directory, { max_lines, archive_days: 3650 })).errors, [])
    assert.equal(textEverywhere(directory, 'operations'), 'the same\n'.repeat(100))
    assert.equal(streamText(directory, 'operations'), 'the same\n'.repeat(max_lines))
  }
})

test('a last piece without its newline stays with the newest lines', async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'operations.log.000001-aaaaaaaa')
  writeFileSync(path, 'a\nb\nc\npiece')
  await cleanUp(directory, { max_lines: 2, archive_days: 3650 })
  assert.equal(readFileSync(path, 'utf8'), 'b\nc\npiece')
})

test('a live file is rotated only under its writers’ lock', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 0, lines: 11 })
  // A directory in the lock's place is a lock that cannot be taken over.
  mkdirSync(join(directory, '.operations.log.lock'))
  const report = await cleanUp(directory, { max_lines: 10 })
  assert.equal(report.errors.length, 1)
  assert.match(report.errors[0] ?? '', /^operations\.log could not be shortened: /)
  assert.deepEqual(names(directory), ['operations.log'])
})

test('archives older than wanted by their name are deleted, others and foreign files are not', async (t) => {
  const directory = temporaryDirectory(t)
  const outside = join(temporaryDirectory(t), 'outside')
  writeFileSync(outside, 'x')
  const kept = ['operations_20261023_101500.tar.gz', 'backup_20200101_000000.tar.gz', 'notes.tar.gz']
  for (const name of [...kept, 'operations_20261023_101459.tar.gz', 'errors_20200101_000000_3.tar.gz']) {
    plantArchive(directory, name)
  }
  symlinkSync(outside, join(directory, 'archives', 'errors_20200101_000000.tar.gz'))
  const report = await cleanUp(directory)
  assert.equal(report.archives_deleted, 2)
  assert.deepEqual(archiveNames(directory), [...kept, 'errors_20200101_000000.tar.gz'].sort())
  assert.equal(readFileSync(outside, 'utf8'), 'x')
})

test('an archive is never deleted by the clean-up that made it', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 5 })
  await cleanUp(directory, { archive_days: 0, delete_days: 0 })
  assert.equal(archiveNames(directory).length, 1)
})
