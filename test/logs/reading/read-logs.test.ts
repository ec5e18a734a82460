import assert from 'node:assert/strict'
import { readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from '../../support/fast-check.ts'
import type { LogEntry } from '../../../src/core/log-entry.ts'
import { readLogs, type ReadLogsOptions } from '../../../src/logs/reading/read-logs.ts'
import type { SkippedLines } from '../../../src/logs/reading/skipped-lines.ts'
import { addFile, logFolder, ownLine, START_MS, writeTar } from './log-folder.ts'

interface Read {
  readonly entries: LogEntry[]
  readonly skipped: SkippedLines
}

async function readAll(options: ReadLogsOptions): Promise<Read> {
  const told: SkippedLines[] = []
  const entries = []
  for await (const entry of readLogs({ ...options, onSkipped: (skipped) => told.push(skipped) })) {
    entries.push(entry)
  }
  const [skipped] = told
  assert.ok(skipped && told.length === 1)
  return { entries, skipped }
}

const seqs = ({ entries }: Read): (number | null)[] => entries.map(({ seq }) => seq)
const line = (seq: number, at_ms = START_MS + seq * 1000, writer = 'w'): string =>
  ownLine({ seq, at_ms, writer })
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => line(from + at)).join('')

const NOTHING: SkippedLines = {
  malformed_lines: 0,
  duplicate_lines: 0,
  blank_lines: 0,
  continuation_lines: 0,
  unreadable_sources: [],
}

test('live, rotated and compressed files and archives of all streams come as one, in order of time', async () => {
  const directory = logFolder({
    'operations.log': lines(500, 600),
    'operations.log.000007-0123abcd': lines(400, 500),
    'operations.log.000006-0123abcd.gz': lines(300, 400),
    'operations.log.1': lines(200, 300),
    'operations.log.2.gz': lines(100, 200),
    'archives/operations_20261122_000000.tar.gz': lines(0, 100),
  })
  assert.deepEqual(
    seqs(await readAll({ directory })),
    Array.from({ length: 600 }, (_, at) => at),
  )
  addFile(directory, 'errors.log', line(1001, START_MS + 250_500, 'e'))
  const { entries, skipped } = await readAll({ directory })
  assert.equal(entries.length, 601)
  assert.deepEqual([entries[251]?.stream, entries[251]?.seq], ['errors', 1001])
  assert.deepEqual(skipped, NOTHING)
  const some = await readAll({ directory, streams: ['errors'] })
  assert.deepEqual(seqs(some), [1001])
})

test('however lines are spread over files, each comes once and in order', async () => {
  const names = [
    'operations.log',
    'operations.log.000002-0123abcd',
    'operations.log.1',
    'operations.log.2.gz',
    'operations.log.000001-0123abcd',
    'errors.log',
    'archives/operations_20261122_000000.tar.gz',
  ]
  const spread = fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(5000), fc.boolean()), {
    maxLength: 120,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(spread, fc.option(fc.tuple(fc.nat(5000), fc.nat(5000))), async (written, range) => {
      const texts: Record<string, string> = {}
      for (const [seq, [at, offset_ms, twice]] of written.entries()) {
        for (const place of twice ? [at, (at + 1) % names.length] : [at]) {
          const name = names[place] ?? ''
          texts[name] = (texts[name] ?? '') + line(seq, START_MS + offset_ms)
        }
      }
      const directory = logFolder(texts)
      const since_ms = START_MS + Math.min(...(range ?? [-1]))
      const until_ms = START_MS + Math.max(...(range ?? [5001]))
      const { entries, skipped } = await readAll({ directory, since_ms, until_ms })
      const wanted = written
        .map(([, offset_ms, twice], seq) => ({ seq, at_ms: START_MS + offset_ms, twice }))
        .filter(({ at_ms }) => at_ms >= since_ms && at_ms < until_ms)
      const times = entries.map(({ timestamp_ms }) => timestamp_ms)
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      )
      assert.deepEqual(
        entries.map(({ seq }) => seq).sort((a, b) => Number(a) - Number(b)),
        wanted.map(({ seq }) => seq),
      )
      assert.deepEqual(skipped, { ...NOTHING, duplicate_lines: wanted.filter(({ twice }) => twice).length })
    }),
    { numRuns: 60 },
  )
})

test('lines of many writers that stand a little out of order are put in order', async () => {
  const order = Array.from({ length: 20_000 }, (_, at) => at)
  // Batches of eight writers, each in order, one behind the other.
  const written = order.toSorted(
    (a, b) => Math.floor(a / 1600) - Math.floor(b / 1600) || (a % 8) - (b % 8) || a - b,
  )
  const directory = logFolder({ 'api_calls.log': written.map((seq) => line(seq, START_MS + seq)).join('') })
  assert.deepEqual(seqs(await readAll({ directory })), order)
})

test('a file is opened in time for a line far from its start that is earlier than its first', async () => {
  const late = [...Array.from({ length: 300 }, (_, at) => line(100 + at)), line(1, START_MS + 94_500)]
  const directory = logFolder({ 'operations.log': lines(90, 100), 'operations.log.1': late.join('') })
  const read = seqs(await readAll({ directory }))
  assert.deepEqual(read.slice(0, 8), [90, 91, 92, 93, 94, 1, 95, 96])
})

test('lines of one writer and one time stay in the order of their file', async () => {
  const directory = logFolder({ 'operations.log': [3, 1, 2].map((seq) => line(seq, START_MS)).join('') })
  assert.deepEqual(seqs(await readAll({ directory })), [3, 1, 2])
})

test('what is no line is counted by what it is, and a file that cannot be read is told with the reason', async () => {
  const traceback = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: 1\n'
  const directory = logFolder({
    'errors.log': `${line(1)}garbage\n\n    \n${traceback}\0\0\0{}\n${line(2).slice(0, 50)}\r\n${line(3)}{"torn":`,
  })
  const broken = gzipSync(lines(100, 20_000))
  writeFileSync(join(directory, 'errors.log.1.gz'), broken.subarray(0, broken.length >> 1))
  writeFileSync(join(directory, 'errors.log.2.gz'), 'no gzip')
  const { entries, skipped } = await readAll({ directory })
  assert.ok(entries.length > 1000)
  assert.deepEqual(
    { ...skipped, unreadable_sources: [] },
    { ...NOTHING, malformed_lines: 3, blank_lines: 2, continuation_lines: 3 },
  )
  const told = new Map(skipped.unreadable_sources.map(({ source, reason }) => [source, reason]))
  assert.equal(told.size, skipped.unreadable_sources.length)
  assert.deepEqual([...told.keys()].toSorted(), ['errors.log.1.gz', 'errors.log.2.gz'])
  for (const reason of told.values()) assert.match(reason, /^its compressed data is damaged \(Z_/)
})

test('a range reads nothing of files that ended before it', async () => {
  const directory = logFolder({ 'operations.log': lines(0, 10) })
  writeFileSync(join(directory, 'operations.log.1.gz'), 'no gzip')
  writeFileSync(join(directory, 'operations.log.2.gz'), 'no gzip')
  utimesSync(join(directory, 'operations.log.2.gz'), 1, START_MS / 1000 - 100 * 3600)
  const { entries, skipped } = await readAll({
    directory,
    since_ms: START_MS + 3000,
    until_ms: START_MS + 6000,
    streams: ['operations'],
  })
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    [3, 4, 5],
  )
  assert.deepEqual(
    skipped.unreadable_sources.map(({ source }) => source),
    ['operations.log.1.gz'],
  )
})

test('a live file that is rotated and archived while others are read loses nothing', async () => {
  const name = 'operations.log.000001-0123abcd'
  const directory = logFolder({ 'operations.log.1': lines(0, 5000), 'operations.log': lines(5000, 5100) })
  const read = []
  for await (const { seq } of readLogs({ directory })) {
    read.push(seq)
    if (read.length > 1) continue
    renameSync(join(directory, 'operations.log'), join(directory, name))
    addFile(directory, 'archives/operations_20261122_120000.tar.gz', '')
    writeTar(join(directory, 'archives/operations_20261122_120000.tar.gz'), { [name]: lines(5000, 5100) })
    rmSync(join(directory, name))
    addFile(directory, 'operations.log', lines(5100, 5200))
  }
  assert.deepEqual(
    read,
    Array.from({ length: 5100 }, (_, at) => at),
  )
})

test('links are refused, and a missing folder holds nothing', async () => {
  const directory = logFolder({ 'operations.log': line(1) })
  symlinkSync(join(directory, 'operations.log'), join(directory, 'errors.log'))
  assert.deepEqual(seqs(await readAll({ directory })), [1])
  assert.deepEqual(await readAll({ directory: join(directory, 'missing') }), {
    entries: [],
    skipped: NOTHING,
  })
})

test('a reader that stops early is told what was passed over and leaves no file open', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc')
  const open = (): number => readdirSync('/proc/self/fd').length
  const directory = logFolder({
    'operations.log': `junk\n${lines(0, 9000)}`,
    'operations.log.1.gz': lines(0, 9000),
  })
  const before = open()
  let told: SkippedLines | undefined
  for await (const _ of readLogs({ directory, onSkipped: (skipped) => (told = skipped) })) break
  assert.equal(told?.malformed_lines, 1)
  assert.equal(open(), before)
})

test('an unknown stream or zone is refused by name, and an aborted reading ends with its reason', async () => {
  const directory = logFolder({ 'operations.log': lines(0, 3000) })
  const unknown = { directory, streams: ['nonsense' as 'errors'] }
  await assert.rejects(readAll(unknown), { code: 'config_invalid', message: /"nonsense"/ })
  await assert.rejects(readAll({ directory, legacy_zone: 'Mars/X' }), { code: 'config_invalid' })
  const controller = new AbortController()
  const read = async (): Promise<void> => {
    for await (const _ of readLogs({ directory, signal: controller.signal }))
      controller.abort(new Error('enough'))
  }
  await assert.rejects(read, /^Error: enough$/)
})
