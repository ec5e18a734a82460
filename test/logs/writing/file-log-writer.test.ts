import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { logEvent } from './log-event-factory.ts'
import { streamLines, temporaryDirectory } from './log-directory.ts'
import { logWriterSuite } from './log-writer-suite.ts'

logWriterSuite('FileLogWriter', (t, options) => {
  const directory = temporaryDirectory(t)
  const writer = openFileLogWriter({ directory, ...options })
  t.after(() => writer.close())
  return { writer, lines: (stream) => streamLines(directory, stream) }
})

test('opening creates the directory and the five files, readable by the owner and the group only', async (t) => {
  const directory = join(temporaryDirectory(t), 'logs', 'canvas_sync')
  await using writer = openFileLogWriter({ directory })
  assert.equal(writer.health.last_error, null)
  for (const stream of LOG_STREAMS) {
    assert.equal(statSync(join(directory, `${stream}.log`)).mode & 0o007, 0)
  }
})

test('a line waits for the flush interval, an ERROR line does not wait', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new FakeClock()
  await using writer = openFileLogWriter({ directory, clock, flush_interval_ms: 20 })
  writer.write('operations', logEvent())
  clock.advance(19)
  assert.equal(streamLines(directory, 'operations').length, 0)
  assert.equal(writer.health.pending_lines, 1)
  clock.advance(1)
  assert.equal(streamLines(directory, 'operations').length, 1)
  writer.write('database', logEvent())
  writer.write('database', logEvent({ level: 'ERROR' }))
  assert.equal(streamLines(directory, 'database').length, 2)
  assert.equal(streamLines(directory, 'errors').length, 1)
})

test('lines that fill a whole write go out as soon as the event loop runs', async (t) => {
  const directory = temporaryDirectory(t)
  await using writer = openFileLogWriter({ directory, clock: new FakeClock() })
  for (let line = 0; line < 20; line++) writer.write('operations', logEvent({ message: 'x'.repeat(4000) }))
  assert.equal(streamLines(directory, 'operations').length, 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(streamLines(directory, 'operations').length, 20)
})

test('a caller that never lets the event loop run loses nothing', async (t) => {
  const directory = temporaryDirectory(t)
  await using writer = openFileLogWriter({ directory, clock: new FakeClock() })
  const message = 'x'.repeat(4000)
  for (let line = 0; line < 5000; line++) writer.write('operations', logEvent({ message }))
  await writer.flush()
  assert.equal(writer.health.lines_dropped, 0)
  assert.equal(streamLines(directory, 'operations').length, 5000)
})

test('two writers of one process share the files, and what was there before stays', async (t) => {
  const directory = temporaryDirectory(t)
  for (let round = 0; round < 2; round++) {
    await using first = openFileLogWriter({ directory })
    await using second = openFileLogWriter({ directory })
    first.write('progress', logEvent())
    second.write('progress', logEvent())
  }
  assert.equal(streamLines(directory, 'progress').length, 4)
})

test('a log file that is a symbolic link or no file is refused, and what it points to stays untouched', (t) => {
  const directory = temporaryDirectory(t)
  const target = join(directory, 'passwd')
  writeFileSync(target, 'root')
  symlinkSync(target, join(directory, 'database.log'))
  assert.throws(() => openFileLogWriter({ directory }), {
    code: 'not_writable',
    message: /database\.log .*symbolic link/,
    next_step: /Remove the link database\.log/,
  })
  rmSync(join(directory, 'database.log'))
  mkdirSync(join(directory, 'database.log'))
  assert.throws(() => openFileLogWriter({ directory }), { code: 'not_writable' })
  assert.equal(statSync(target).size, 4)
})

test('a directory that cannot be created or written is refused with what to do', (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'file')
  writeFileSync(file, '')
  assert.throws(() => openFileLogWriter({ directory: join(file, 'logs') }), {
    code: 'not_writable',
    next_step: /another log directory/,
  })
  if (process.getuid?.() === 0) return
  chmodSync(directory, 0o500)
  assert.throws(() => openFileLogWriter({ directory }), { code: 'not_writable', message: /EACCES/ })
})

test('a flush interval out of range is refused', (t) => {
  const directory = join(temporaryDirectory(t), 'none')
  for (const flush_interval_ms of [0, Number.NaN, 1e9]) {
    assert.throws(() => openFileLogWriter({ directory, flush_interval_ms }), { code: 'config_invalid' })
  }
  assert.equal(existsSync(directory), false)
})
