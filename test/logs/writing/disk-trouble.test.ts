import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { runWriter } from './children/run-writer.ts'
import { checkLines } from './line-checker.ts'
import { logEvent } from './log-event-factory.ts'
import { parsed, streamLines, streamText, temporaryDirectory } from './log-directory.ts'

/** A file system of one mebibyte; undefined, with the test skipped, where none may be mounted. */
function smallDisk(t: TestContext): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'log-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]).status === 0
  t.after(() => {
    if (mounted) spawnSync('umount', [directory])
    rmSync(directory, { recursive: true, force: true })
  })
  if (!mounted) t.skip('needs the right to mount a tmpfs of 1 MiB')
  return mounted ? directory : undefined
}

test('a full disk tears no line, is told in the health, and loses nothing when space comes back in time', async (t) => {
  const directory = smallDisk(t)
  if (directory === undefined) return
  const ballast = join(directory, 'ballast')
  writeFileSync(ballast, Buffer.alloc(900 * 1024))
  const clock = new FakeClock()
  await using writer = openFileLogWriter({ directory, clock, writer: 'w' })
  for (let line = 0; line < 2000; line++)
    writer.write('operations', logEvent({ message: 'y'.repeat(line % 97) }))
  await writer.flush()
  assert.equal(writer.health.last_error?.code, 'ENOSPC')
  const { pending_lines, lines_written } = writer.health
  assert.equal(pending_lines + lines_written, 2000)
  const full = checkLines(streamText(directory, 'operations'), new Map([['w', lines_written]]))
  assert.deepEqual([full.lines, full.torn, full.lost], [lines_written, 0, 0])
  unlinkSync(ballast)
  clock.advance(1000)
  assert.equal(writer.health.pending_lines, 0)
  const report = checkLines(streamText(directory, 'operations'), new Map([['w', 2000]]))
  assert.deepEqual([report.lines, report.torn, report.lost, report.duplicates], [2000, 0, 0, 0])
})

test('what no longer fits into memory on a full disk is dropped, counted exactly and told in the log', async (t) => {
  const directory = smallDisk(t)
  if (directory === undefined) return
  const ballast = join(directory, 'ballast')
  writeFileSync(ballast, Buffer.alloc(1000 * 1024))
  const clock = new FakeClock()
  const streams = { operations: { max_bytes: 128 * 1024, backups: 1 } }
  await using writer = openFileLogWriter({ directory, clock, streams })
  for (let line = 0; line < 3000; line++) writer.write('operations', logEvent({ message: 'y'.repeat(4000) }))
  const { lines_dropped, pending_lines, lines_written } = writer.health
  assert.ok(lines_dropped > 500)
  assert.equal(lines_written + pending_lines + lines_dropped, 3000)
  unlinkSync(ballast)
  clock.advance(1000)
  assert.equal(writer.health.pending_lines, 0)
  assert.ok(writer.health.backups_deleted > 0)
  assert.equal(writer.health.lines_written, 3002 - lines_dropped)
  const [notice, deletion] = parsed(streamLines(directory, 'operations').slice(-2))
  assert.equal(deletion?.['event'], 'log_backups_deleted')
  assert.deepEqual(
    [notice?.['level'], notice?.['event'], notice?.['reason'], notice?.['count']],
    ['WARNING', 'log_lines_lost', 'ENOSPC', lines_dropped],
  )
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(parsed(streamLines(directory, 'operations').slice(-1))[0]?.['event'], 'course_synced')
})

test('closing on a full disk ends, and counts what it gives up', async (t) => {
  const directory = smallDisk(t)
  if (directory === undefined) return
  const writer = openFileLogWriter({ directory, clock: new FakeClock() })
  const message = 'y'.repeat(4000)
  for (let line = 0; line < 1000; line++) writer.write('operations', logEvent({ message }))
  await writer.close()
  const { lines_written, lines_dropped, pending_lines } = writer.health
  assert.equal(pending_lines, 0)
  assert.ok(lines_dropped > 500)
  assert.equal(lines_written + lines_dropped, 1000)
  assert.equal(streamLines(directory, 'operations').length, lines_written)
  await writer.flush()
  assert.equal(writer.health.lines_written, lines_written, 'a closed writer writes nothing more')
})

test('a file size limit of the process tears no line', async (t) => {
  const directory = temporaryDirectory(t)
  // 512-byte blocks: 50 KiB, and Node ignores the signal that comes with the error.
  const writer = runWriter({
    directory,
    writer: 'u',
    lines: 500,
    max_bytes: 10_000_000,
    shell: 'ulimit -f 100; exec "$@"',
  })
  assert.equal(await writer.ended, 0)
  const report = checkLines(streamText(directory, 'operations'), new Map())
  assert.equal(report.torn, 0)
  assert.ok(report.lines > 100 && report.lines < 500, `${report.lines} lines`)
})

test('a torn piece that a killed process left is blanked before the next line, whoever writes it', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'operations.log')
  writeFileSync(file, '{"timestamp":"2026-11-22T10:14:59.000Z","level":"INF')
  await using writer = openFileLogWriter({ directory, writer: 'w' })
  writer.write('operations', logEvent())
  await writer.flush()
  appendFileSync(file, '{')
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(streamLines(directory, 'operations').length, 2)
  assert.equal(checkLines(readFileSync(file, 'utf8'), new Map([['w', 2]])).torn, 0)
})

test('whole lines that another program appends stay as they are', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'operations.log')
  await using writer = openFileLogWriter({ directory })
  writer.write('operations', logEvent())
  await writer.flush()
  appendFileSync(file, 'a note of the operator\n')
  writer.write('operations', logEvent())
  await writer.flush()
  assert.match(readFileSync(file, 'utf8'), /\}\na note of the operator\n\{/)
})

test('a deleted file and a deleted directory are made anew, and no later line is lost', async (t) => {
  const directory = join(temporaryDirectory(t), 'logs')
  await using writer = openFileLogWriter({ directory })
  writer.write('operations', logEvent())
  await writer.flush()
  unlinkSync(join(directory, 'operations.log'))
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(streamLines(directory, 'operations').length, 1)
  rmSync(directory, { recursive: true })
  writer.write('operations', logEvent())
  writer.write('errors', logEvent({ level: 'ERROR' }))
  await writer.flush()
  assert.equal(streamLines(directory, 'operations').length, 1)
  assert.equal(streamLines(directory, 'errors').length, 1)
  assert.equal(writer.health.last_error, null)
})

test('a directory that turns into a file holds nothing up, and gets its lines when it is a directory again', async (t) => {
  const directory = join(temporaryDirectory(t), 'logs')
  const clock = new FakeClock()
  const writer = openFileLogWriter({ directory, clock })
  rmSync(directory, { recursive: true })
  writeFileSync(directory, '')
  for (let line = 0; line < 10; line++) writer.write('operations', logEvent())
  writer.write('database', logEvent({ level: 'ERROR' }))
  await writer.flush()
  assert.equal(writer.health.last_error?.code, 'ENOTDIR')
  assert.deepEqual([writer.health.pending_lines, writer.health.lines_dropped], [12, 0])
  unlinkSync(directory)
  clock.advance(1000)
  assert.equal(streamLines(directory, 'operations').length, 10)
  assert.equal(streamLines(directory, 'errors').length, 1)
  rmSync(directory, { recursive: true })
  writeFileSync(directory, '')
  writer.write('operations', logEvent())
  await writer.close()
  const { lines_written, lines_dropped, pending_lines } = writer.health
  assert.deepEqual([lines_written, lines_dropped, pending_lines], [12, 1, 0])
})

test('a file that is emptied from outside takes the next lines from its start', async (t) => {
  const directory = temporaryDirectory(t)
  await using writer = openFileLogWriter({ directory })
  for (let line = 0; line < 2; line++) {
    writer.write('operations', logEvent())
    await writer.flush()
    truncateSync(join(directory, 'operations.log'))
  }
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(streamLines(directory, 'operations').length, 1)
})

test('a log file replaced by a link while writing is not followed; lines wait until it is gone', async (t) => {
  const directory = temporaryDirectory(t)
  const target = join(directory, 'target')
  writeFileSync(target, '')
  const file = join(directory, 'operations.log')
  const clock = new FakeClock()
  await using writer = openFileLogWriter({ directory, clock })
  unlinkSync(file)
  symlinkSync(target, file)
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(readFileSync(target, 'utf8'), '')
  assert.equal(writer.health.last_error?.code, 'ELOOP')
  assert.equal(writer.health.pending_lines, 1)
  unlinkSync(file)
  clock.advance(1000)
  assert.equal(streamLines(directory, 'operations').length, 1)
})
