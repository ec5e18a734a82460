import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { LOG_LEVELS, type LogLevel } from '../../src/core/log-event.ts'
import { bucketsFor } from '../../src/search/histogram-buckets.ts'
import type { HistogramQuery, LineHistogram } from '../../src/search/histogram-query.ts'
import { lineHistogram } from '../../src/search/line-histogram.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { appendLines, logLine } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const START_MS = Date.parse('2026-11-22T10:00:00.000Z')
const at = (minutes: number): string => new Date(START_MS + minutes * 60_000).toISOString()
const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0)
const totalOf = ({ counts }: LineHistogram): number => sum(LOG_LEVELS.flatMap((level) => counts[level]))

const LEVELS = ['DEBUG', 'INFO', 'INFO', 'WARNING', 'INFO', 'ERROR'] as const satisfies readonly LogLevel[]

/** 600 lines, one each 6 s, in two streams; the oldest third of one compressed, the next rotated. */
function folder(): string {
  const directory = temporaryDirectory()
  for (let number = 0; number < 600; number++) {
    if (number === 200) {
      renameSync(join(directory, 'operations.log'), join(directory, 'plain'))
      const compressed = gzipSync(readOnce(join(directory, 'plain')))
      appendFileSync(join(directory, 'operations.log.2.gz'), compressed)
    }
    if (number === 400) renameSync(join(directory, 'operations.log'), join(directory, 'operations.log.1'))
    appendLines(directory, number % 3 === 0 ? 'api_calls' : 'operations', {
      at: at(number / 10),
      level: LEVELS[number % LEVELS.length] ?? 'INFO',
      task_id: number % 10 === 0 ? 'tenth' : 'others',
      message: `Line ${number}.`,
    })
  }
  return directory
}

function readOnce(path: string): Buffer {
  const bytes = readFileSync(path)
  rmSync(path)
  return bytes
}

suite('a histogram of lines', () => {
  const directory = folder()
  const range = { since_ms: START_MS, until_ms: START_MS + 3_600_000 }
  const count = (query: HistogramQuery = {}): Promise<LineHistogram> =>
    lineHistogram(directory, { ...range, ...query })

  test('every line is counted once, at its time and under its level, whatever file holds it', async () => {
    const found = await count({ buckets: 60 })
    assert.deepEqual([found.bucket_ms, found.first_ms, found.is_exact], [60_000, START_MS, true])
    for (let minute = 0; minute < 60; minute++) {
      const expected = new Map<LogLevel, number>(LOG_LEVELS.map((level) => [level, 0]))
      for (let number = minute * 10; number < minute * 10 + 10; number++) {
        const level = LEVELS[number % LEVELS.length] ?? 'INFO'
        expected.set(level, (expected.get(level) ?? 0) + 1)
      }
      for (const level of LOG_LEVELS) assert.equal(found.counts[level][minute], expected.get(level))
    }
  })

  test('only lines that match are counted, with each kind of filter', async () => {
    for (const [query, expected] of [
      [{ level: 'ERROR' }, 100],
      [{ streams: ['api_calls'] }, 200],
      [{ task_id: 'tenth' }, 60],
      [{ text: 'Line 59' }, 11],
      [{ regex: 'Line 5[0-4]\\.' }, 5],
      [{ text: 'nowhere' }, 0],
      [{ since_ms: START_MS + 60_000, until_ms: START_MS + 120_000 }, 10],
    ] as const) {
      const found = await count(query)
      assert.deepEqual([totalOf(found), found.is_exact], [expected, true], JSON.stringify(query))
    }
  })

  test('without a range it begins with the oldest line and ends now', async () => {
    const clock = new FakeClock({ start: at(120) })
    const found = await lineHistogram(directory, {}, { clock })
    assert.deepEqual([found.since_ms, found.until_ms], [START_MS, clock.now()])
    assert.equal(totalOf(found), 600)
  })

  test('lines in no known form are not counted', async () => {
    const odd = temporaryDirectory()
    const line = logLine({ at: at(1) })
    appendFileSync(join(odd, 'errors.log'), `${line}${line.slice(0, 90)}\nnothing\n   \n${line}`)
    assert.equal(totalOf(await lineHistogram(odd, range)), 2)
  })

  test('an empty folder, and one that is not there, hold nothing', async () => {
    for (const empty of [temporaryDirectory(), join(temporaryDirectory(), 'none')]) {
      const found = await lineHistogram(empty, {})
      assert.deepEqual([totalOf(found), found.is_exact], [0, true])
    }
  })

  test('it ends with the reason of its signal', async () => {
    const reason = new Error('no longer wanted')
    await assert.rejects(lineHistogram(directory, range, { signal: AbortSignal.abort(reason) }), reason)
  })
})

test('without time for all, samples tell about how many there are, and it says that they do', async () => {
  const directory = temporaryDirectory()
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'operations.log')
  // Half as many in the second hour; 44 MiB, so that 256 samples are not all.
  const lines = 130_000
  let text = ''
  for (let number = 0; number < lines; number++) {
    const minutes = number < 86_000 ? (number / 86_000) * 60 : 60 + ((number - 86_000) / 44_000) * 60
    const level = number % 4 === 0 ? 'ERROR' : 'INFO'
    text += logLine({ at: at(minutes), level, message: 'A line like any other. '.repeat(8) })
    if (text.length > 4_000_000) {
      appendFileSync(file, text)
      text = ''
    }
  }
  appendFileSync(file, text)
  const query = { since_ms: START_MS, until_ms: START_MS + 7_200_000, buckets: 24 }
  const exact = await lineHistogram(directory, query)
  const estimated = await lineHistogram(directory, { ...query, time_budget_ms: 0.001 })
  assert.deepEqual([exact.is_exact, totalOf(exact)], [true, lines])
  assert.equal(estimated.is_exact, false)
  assert.ok(estimated.bytes_read < exact.bytes_read)
  for (const level of ['INFO', 'ERROR'] as const) {
    for (const [bucket, expected] of exact.counts[level].entries()) {
      const told = estimated.counts[level][bucket] ?? 0
      assert.ok(Math.abs(told - expected) < expected * 0.1, `${level} ${bucket}: ${told}, not ${expected}`)
    }
  }
})

suite('the width of its pieces of time', () => {
  test('is one that people count in, and never makes more pieces than asked for', () => {
    for (const [span_ms, most, expected_ms] of [
      [3_600_000, 60, 60_000],
      [3_600_000, 59, 120_000],
      [86_400_000, 60, 1_800_000],
      [7 * 86_400_000, 60, 10_800_000],
      [30 * 86_400_000, 60, 86_400_000],
      [10, 60, 1],
    ] as const) {
      assert.equal(bucketsFor(START_MS, START_MS + span_ms, most).bucket_ms, expected_ms, `${span_ms}`)
    }
    for (const span_ms of [1, 999, 123_456, 1e9, 1e12, 8e15]) {
      for (const most of [1, 7, 60]) {
        const since_ms = START_MS + 1234
        const { bucket_ms, first_ms, count } = bucketsFor(since_ms, since_ms + span_ms, most)
        assert.ok(count <= most, `${span_ms} ${most}: ${count}`)
        assert.ok(first_ms <= since_ms && first_ms + count * bucket_ms >= since_ms + span_ms)
      }
    }
  })
})
