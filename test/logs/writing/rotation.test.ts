import assert from 'node:assert/strict'
import {
  existsSync,
  fstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { backupsAmong, nextBackupName } from '../../../src/logs/directory/backup-files.ts'
import { openFileLogWriter, type FileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { pidSpace, processStart, startFromStat } from '../../../src/logs/directory/process-identity.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { logEvent } from './log-event-factory.ts'
import { parsed, streamFiles, streamLines, temporaryDirectory } from './log-directory.ts'
import { hookSystemCall, systemError } from './system-call-hook.ts'

const CAP = 4096

function openSmall(directory: string, clock: FakeClock, backups = 1000): FileLogWriter {
  return openFileLogWriter({ directory, clock, streams: { operations: { max_bytes: CAP, backups } } })
}

async function writeLines(writer: FileLogWriter, lines: number): Promise<void> {
  for (let line = 0; line < lines; line++) writer.write('operations', logEvent())
  await writer.flush()
}

test('rotation keeps every file within its size and the lines in order over the files', async (t) => {
  const directory = temporaryDirectory(t)
  await using writer = openSmall(directory, new FakeClock())
  await writeLines(writer, 500)
  const files = streamFiles(directory, 'operations')
  assert.ok(files.length > 20)
  assert.equal(writer.health.rotations, files.length - 1)
  for (const file of files) assert.ok(statSync(file).size <= CAP)
  const seqs = parsed(streamLines(directory, 'operations')).map((line) => line['seq'])
  assert.deepEqual(
    seqs,
    Array.from({ length: 500 }, (_, index) => index + 1),
  )
})

test('rotation keeps exactly the wanted number of backups, the newest', async (t) => {
  for (const backups of [0, 1, 3]) {
    const directory = temporaryDirectory(t)
    await using writer = openSmall(directory, new FakeClock(), backups)
    await writeLines(writer, 300)
    assert.equal(streamFiles(directory, 'operations').length, backups + 1)
    const lines = parsed(streamLines(directory, 'operations'))
    const seqs = lines.map((line) => Number(line['seq']))
    const written = writer.health.lines_written
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => written + 1 - seqs.length + index),
    )
    const { rotations, backups_deleted } = writer.health
    assert.equal(backups_deleted, rotations - backups)
    assert.equal(written, backups === 0 ? 300 : 301, 'one line tells of what was deleted in one flush')
    if (backups === 0) continue
    const { level, event, stream, count, message } = lines.at(-1) ?? {}
    assert.deepEqual(
      [level, event, stream, count],
      ['WARNING', 'log_backups_deleted', 'operations', backups_deleted],
    )
    assert.match(String(message), new RegExp(`no more than ${backups} are kept`))
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.includes('lock')),
      [],
    )
  }
})

test('the size counts what was in the file before this process opened it', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'operations.log'), '{}\n'.repeat(1300))
  await using writer = openSmall(directory, new FakeClock())
  await writeLines(writer, 2)
  assert.equal(writer.health.rotations, 1)
})

test('a line longer than the size has a file to itself', async (t) => {
  const directory = temporaryDirectory(t)
  await using writer = openSmall(directory, new FakeClock())
  await writeLines(writer, 1)
  writer.write('operations', logEvent({ fields: { stack: 'x'.repeat(8000) } }))
  await writeLines(writer, 1)
  assert.deepEqual(
    streamFiles(directory, 'operations').map((file) => readFileSync(file, 'utf8').split('\n').length - 1),
    [1, 1, 1],
  )
})

const me = `${process.pid} ${processStart(process.pid)} ${pidSpace()} other-nonce\n`
const staleLocks: readonly [string, string][] = [
  ['a dead process', `2147483647 1 ${pidSpace()} nonce\n`],
  ['a pid that belongs to another process by now', `1 1 ${pidSpace()} nonce\n`],
  ['our own pid from an earlier life', `${process.pid} 1 ${pidSpace()} nonce\n`],
]
for (const [holder, content] of staleLocks) {
  test(`a rotation lock left by ${holder} is taken over at once`, async (t) => {
    const directory = temporaryDirectory(t)
    const lock = join(directory, '.operations.log.lock')
    writeFileSync(lock, content)
    const clock = new FakeClock({ auto: true })
    await using writer = openSmall(directory, clock)
    await writeLines(writer, 100)
    assert.ok(writer.health.rotations > 3)
    assert.equal(clock.monotonic(), 0, 'without waiting')
    assert.equal(existsSync(lock), false)
  })
}

for (const [what, content] of [
  ['a living process', me],
  ['another host', '1 1 elsewhere/pid:[1] nonce\n'],
  ['a process whose start its holder could not see', `1 unknown ${pidSpace()} nonce\n`],
  ['nobody known', 'not a lock \u0000\n'],
  ['nobody, being empty', ''],
] as const) {
  test(`a lock held by ${what} is respected for a second, with lines waiting once the file is a quarter too long`, async (t) => {
    const directory = temporaryDirectory(t)
    const lock = join(directory, '.operations.log.lock')
    writeFileSync(lock, content)
    const clock = new FakeClock()
    await using writer = openSmall(directory, clock)
    for (let line = 0; line < 100; line++) writer.write('operations', logEvent())
    clock.advance(900)
    assert.equal(writer.health.rotations, 0)
    assert.ok(writer.health.pending_lines > 0)
    assert.ok(statSync(join(directory, 'operations.log')).size <= CAP * 1.25)
    clock.advance(200)
    assert.equal(writer.health.pending_lines, 0)
    assert.ok(writer.health.rotations > 3)
    assert.equal(existsSync(lock), false)
  })
}

test('a lock that is a link to elsewhere is not followed and is taken over after a second', async (t) => {
  const directory = temporaryDirectory(t)
  symlinkSync('/dev/zero', join(directory, '.operations.log.lock'))
  const clock = new FakeClock({ auto: true })
  await using writer = openSmall(directory, clock)
  await writeLines(writer, 100)
  assert.ok(clock.monotonic() >= 1000)
  assert.ok(writer.health.rotations > 3)
})

test('backups are ordered by number and nothing else in the directory is taken for one', () => {
  const names = [
    'operations.log',
    'operations.log.1000000-0000000b',
    'operations.log.000002-0000000a',
    'operations.log.000010-ffffffff',
    'operations.log.1',
    'operations.log.000003-0000000a.gz',
    'operations.log.000003-../../etc',
    'operations_log.000003-0000000a',
    'database.log.000001-0000000a',
    '.operations.log.lock',
  ]
  const backups = backupsAmong(names, 'operations.log')
  assert.deepEqual(
    backups.map((backup) => backup.number),
    [2, 10, 1_000_000],
  )
  assert.equal(nextBackupName(backups, 'operations.log', 'abcdef01'), 'operations.log.1000001-abcdef01')
  assert.equal(nextBackupName([], 'operations.log', 'abcdef01'), 'operations.log.000001-abcdef01')
})

test('a process is known by its start even when its name tries to look like other fields', () => {
  const rest = 'S 1 7 7 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 987654 1 1'
  assert.equal(startFromStat(`7 (evil) Z 1 ) ${rest}`), '987654')
  assert.equal(startFromStat(`7 (node) ${rest.replace('S', 'Z')}`), undefined)
  assert.equal(processStart(process.pid), processStart(process.pid))
  assert.equal(processStart(2_147_483_647), undefined)
})

test('an ERROR line that waited, and whose file is rotated in the same moment it is written, is synced', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new FakeClock()
  await using writer = openSmall(directory, clock)
  let broken = true
  hookSystemCall(t, 'writeSync', () => {
    if (broken) throw systemError('EIO')
  })
  const synced = new Set<number>()
  hookSystemCall(t, 'fdatasync', (descriptor) => synced.add(fstatSync(Number(descriptor)).ino))
  writer.write('operations', logEvent({ level: 'ERROR' }))
  for (let line = 0; line < 60; line++) writer.write('operations', logEvent())
  broken = false
  await writer.flush()
  const files = streamFiles(directory, 'operations')
  assert.ok(files.length > 2)
  const first = statSync(files[0] ?? '').ino
  assert.ok(synced.has(first))
})
