import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import type { AnalysisReport } from '../../src/analysis/report.ts'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { reportDifferences } from './support/compare-report.ts'
import type { WorldRange } from './support/expected-report.ts'
import { FEATURES, makeLogWorld, type Feature, type LogWorld } from './support/log-world.ts'

const DIRECTORY = temporaryDirectory()
const EVERYTHING = join(DIRECTORY, 'everything')

/** A feature that shows only together with others. */
const COMPANIONS: Partial<Record<Feature, readonly Feature[]>> = {
  big_ids: ['python_json'],
  strange_numbers: ['foreign_order'],
  strange_text: ['foreign_order', 'python_json'],
  late_lines: ['rotated'],
  crlf: ['python_text', 'summary'],
  bom: ['rotated', 'python_text'],
  no_final_newline: ['rotated', 'archives', 'gzip'],
  long_lines: ['malformed', 'foreign_order'],
  gzip: ['rotated', 'old_names'],
  duplicates: ['rotated', 'archives'],
}

interface Analysed extends WorldRange {
  readonly workers?: number
}

async function assertConfirmed(
  directory: string,
  world: LogWorld,
  options: Analysed,
): Promise<AnalysisReport> {
  const report = await analyzeLogs({ directory, ...options })
  const differences = reportDifferences(world, options, report)
  if (differences !== undefined) assert.fail(differences)
  return report
}

describe('analyzeLogs', () => {
  const world = makeLogWorld(EVERYTHING, { seed: 11, lines_per_stream: 1200 })
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)

  test('gives the numbers of a folder that holds everything', async () => {
    await assertConfirmed(EVERYTHING, world, { time_zone: 'UTC' })
  })

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`gives the numbers of a folder of its own from seed ${seed}`, async () => {
      const directory = join(DIRECTORY, `seed-${seed}`)
      const world = makeLogWorld(directory, { seed, lines_per_stream: 150 })
      await assertConfirmed(directory, world, { time_zone: 'UTC' })
    })
  }

  for (const feature of FEATURES) {
    test(`gives the numbers of a folder with ${feature}`, async () => {
      const directory = join(DIRECTORY, `only-${feature}`)
      const features = [feature, ...(COMPANIONS[feature] ?? [])]
      const world = makeLogWorld(directory, { seed: 21, lines_per_stream: 150, features })
      await assertConfirmed(directory, world, { time_zone: 'UTC' })
    })
  }

  test('counts a line once wherever its copy stands', async () => {
    const directory = join(DIRECTORY, 'far-copies')
    const features = [...FEATURES, 'far_copies'] as const
    const world = makeLogWorld(directory, { seed: 22, lines_per_stream: 300, features })
    await assertConfirmed(directory, world, { time_zone: 'UTC' })
  })

  test('gives the numbers of a folder of plain live files', async () => {
    const directory = join(DIRECTORY, 'plain')
    const world = makeLogWorld(directory, { seed: 31, lines_per_stream: 150, features: [] })
    await assertConfirmed(directory, world, { time_zone: 'UTC' })
  })

  test('counts days and hours in the zone asked for, through the changes of the clock', async () => {
    for (const time_zone of ['Europe/Zurich', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia']) {
      await assertConfirmed(EVERYTHING, world, { time_zone })
    }
  })

  test('has days of 23 and 25 hours where the clock changes', async () => {
    for (const change of ['2026-03-29', '2026-10-25']) {
      const directory = join(DIRECTORY, `change-${change}`)
      const from_ms = day(change) - 36 * 3_600_000
      const until_ms = day(change) + 60 * 3_600_000
      const world = makeLogWorld(directory, {
        seed: 41,
        lines_per_stream: 300,
        features: [],
        from_ms,
        until_ms,
      })
      await assertConfirmed(directory, world, { time_zone: 'Europe/Zurich' })
      const since_ms = Date.parse(`${change}T00:30:00Z`)
      await assertConfirmed(directory, world, {
        time_zone: 'Europe/Zurich',
        since_ms,
        until_ms: since_ms + 7_200_000,
      })
    }
  })

  test('counts the lines from since to before until', async () => {
    const middle = world.lines[Math.floor(world.lines.length / 2)]?.timestamp_ms ?? 0
    const ranges: readonly Omit<WorldRange, 'time_zone'>[] = [
      { since_ms: day('2026-08-01'), until_ms: day('2026-09-01') },
      { since_ms: day('2026-06-15') },
      { until_ms: day('2026-04-01') },
      // A line at since is in, one at until is not.
      { since_ms: middle, until_ms: middle + 1 },
      { since_ms: middle - 1, until_ms: middle },
      { since_ms: middle, until_ms: middle + 3_600_000 },
      { since_ms: day('2020-01-01'), until_ms: day('2020-02-01') },
      { since_ms: day('2030-01-01') },
    ]
    for (const range of ranges)
      await assertConfirmed(EVERYTHING, world, { ...range, time_zone: 'Europe/Zurich' })
  })

  test('gives the same with one worker and with several', async () => {
    const reports: AnalysisReport[] = []
    for (const workers of [1, 2, 5]) {
      reports.push(await assertConfirmed(EVERYTHING, world, { time_zone: 'UTC', workers }))
    }
    const comparable = reports.map((report) => ({ ...report, generated_at: '', duration_ms: 0 }))
    assert.deepEqual(comparable[1], comparable[0])
    assert.deepEqual(comparable[2], comparable[0])
  })

  test('gives a whole report of nothing for an empty folder', async () => {
    const directory = join(DIRECTORY, 'empty')
    mkdirSync(directory)
    const nothing = { lines: [], copied: [], malformed_lines: 0, blank_lines: 0, file_names: [] }
    const { trends, sources } = await assertConfirmed(directory, nothing, { time_zone: 'UTC' })
    assert.equal(trends, null)
    assert.deepEqual(sources, [])
  })

  for (const stream of LOG_STREAMS) {
    test(`gives the numbers of a folder that has only ${stream}`, async () => {
      const directory = join(DIRECTORY, `only-stream-${stream}`)
      const world = makeLogWorld(directory, { seed: 51, lines_per_stream: 200, streams: [stream] })
      await assertConfirmed(directory, world, { time_zone: 'UTC' })
    })
  }
})

describe('hostile lines', () => {
  const base = { timestamp: '2026-11-22T10:15:00.000Z', level: 'ERROR', event: 'x', writer: 'w' }
  const lineOf = (fields: object): string => `${JSON.stringify({ ...base, message: 'm', ...fields })}\n`

  test('numbers of lines that no writer counts to cost neither time nor memory', async () => {
    const directory = temporaryDirectory()
    const far = [0, Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER, 1e300, 1e300, 0.5, 0.5, -1, -1]
    writeFileSync(join(directory, 'operations.log'), far.map((seq) => lineOf({ seq })).join(''))
    const pairs = Array.from({ length: 10_000 }, (_, at) => lineOf({ seq: 2 * at }).repeat(2))
    writeFileSync(join(directory, 'progress.log'), pairs.join(''))
    const { total_lines, skipped } = await analyzeLogs({ directory })
    assert.deepEqual([total_lines, skipped.duplicate_lines], [10_000 + 8, 10_000 + 2])
  })

  test('a line without end is told, with the bytes it has', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'operations.log'), 'x'.repeat(1_000_000))
    const { sources, skipped } = await analyzeLogs({ directory })
    assert.deepEqual([sources[0]?.bytes, skipped.malformed_lines], [1_000_000, 1])
  })

  test('a secret leaves in no part of the report', async () => {
    const directory = temporaryDirectory()
    const secret = 'token=12345~abcdefghijklmnopqrstuvwxyz anna.muster@school.edu'
    const names =
      'event task_id user_id writer method endpoint status error_type course_id operation entity sync_type'
    const lines = names.split(' ').map((name, at) => lineOf({ seq: at, percent: 1, [name]: secret }))
    for (const stream of LOG_STREAMS) writeFileSync(join(directory, `${stream}.log`), lines.join(''))
    const report = JSON.stringify(await analyzeLogs({ directory }))
    assert.doesNotMatch(report, /abcdefghij|anna/)
  })
})
