import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnalysisReport, Trend } from '../../src/analysis/report.ts'
import { duration, moment, percent } from '../../src/analysis/view/amounts.ts'
import { judge } from '../../src/analysis/view/headline.ts'
import { changeOf, shownTrend, trendsSection } from '../../src/analysis/view/trends.ts'
import { LOG_STREAMS, type LogStream } from '../../src/core/log-event.ts'
import { renderHtml } from '../../src/analysis/html/render-html.ts'
import { renderText } from '../../src/analysis/text/render-text.ts'
import { PLAIN_STYLE } from '../../src/analysis/text/style.ts'
import { emptyReport } from './support/empty-report.ts'

interface Facts {
  readonly by_status?: Readonly<Record<string, number>>
  readonly calls?: readonly [failed: number, all: number]
  readonly errors?: number
  readonly malformed?: number
  readonly events?: Partial<Record<LogStream, Readonly<Record<string, number>>>>
}

function reportOf({
  by_status = { completed: 100 },
  calls = [0, 1000],
  errors = 0,
  malformed = 0,
  events = {},
}: Facts): AnalysisReport {
  const report = emptyReport()
  return {
    ...report,
    total_lines: 1000,
    operations: { ...report.operations, by_event: events.operations ?? {}, by_status },
    api_calls: {
      ...report.api_calls,
      by_event: events.api_calls ?? {},
      failed_calls: calls[0],
      total_calls: calls[1],
    },
    database: { ...report.database, by_event: events.database ?? {} },
    errors: { ...report.errors, by_event: events.errors ?? {}, total_errors: errors },
    progress: { ...report.progress, by_event: events.progress ?? {} },
    skipped: { ...report.skipped, malformed_lines: malformed },
  }
}

test('the first sentence says whether it is well, and why not', () => {
  const cases: readonly [Facts, verdict: string, answer: RegExp][] = [
    [{}, 'well', /^All is well: nothing failed\.$/],
    [{ calls: [9, 1000] }, 'well', /^All is well: nothing failed but 0\.9 % of the API calls\.$/],
    [{ calls: [10, 1000] }, 'worth_a_look', /^Mostly well: 1\.0 % of the API calls failed\.$/],
    [{ calls: [51, 1000] }, 'bad', /^Not well: 5\.1 % of the API calls failed\.$/],
    [{ by_status: { completed: 96, failed: 4 } }, 'worth_a_look', /^Mostly well: 4 of 100 syncs failed\.$/],
    [{ by_status: { completed: 95, lost: 5 } }, 'bad', /^Not well: 5 of 100 syncs failed\.$/],
    [{ by_status: { partial: 1 } }, 'worth_a_look', /^Mostly well: 1 sync only in part\.$/],
    [{ errors: 1 }, 'worth_a_look', /^Mostly well: 1 error\.$/],
    [{ malformed: 2 }, 'worth_a_look', /^Mostly well: 2 lines in no known form\.$/],
    [{ by_status: {}, calls: [0, 0] }, 'well', /nothing failed/],
    [{ by_status: { constructor: 1, __proto__: 1 } }, 'well', /nothing failed/],
  ]
  for (const [facts, verdict, answer] of cases) {
    const judged = judge(reportOf(facts))
    assert.equal(judged.verdict, verdict, JSON.stringify(facts))
    assert.match(judged.answer, answer)
  }
  assert.equal(judge(emptyReport()).verdict, 'empty')
})

test('it is never well when log lines are gone, whichever stream tells of it', () => {
  for (const stream of LOG_STREAMS) {
    const lost = judge(reportOf({ events: { [stream]: { log_lines_lost: 1 } } }))
    assert.deepEqual(lost, {
      verdict: 'worth_a_look',
      answer: 'Mostly well: log lines were lost (1 notice).',
    })
  }
  const report = reportOf({
    events: {
      errors: { log_backups_deleted: 2, log_lines_lost: 2 },
      progress: { log_backups_deleted: 3, sync_ended: 7 },
    },
  })
  const answer =
    'Mostly well: log lines were lost (2 notices), rotated log files were deleted unarchived (5 notices).'
  assert.equal(judge(report).answer, answer)
  assert.ok(renderText(report, { width: 120, unicode: true, style: PLAIN_STYLE }).includes(answer))
  assert.ok(renderHtml(report).includes(answer))
  const failed = judge(reportOf({ by_status: { failed: 1 }, events: { errors: { log_lines_lost: 1 } } }))
  assert.equal(failed.answer, 'Not well: 1 of 1 sync failed, log lines were lost (1 notice).')
})

test('a change is told by arrow, sign and word', () => {
  const trend = (
    name: Trend['name'],
    current: number | null,
    previous: number | null,
    change_percent: number | null,
  ): Trend => ({
    name,
    current,
    previous,
    change_percent,
  })
  const cases: readonly [Trend, text: string, word: string, tone: string][] = [
    [trend('errors', 20, 10, 100), '↑ +100 %', 'worse', 'bad'],
    [trend('errors', 5, 10, -50), '↓ -50.0 %', 'better', 'good'],
    [trend('errors', 5, 0, null), '↑ new', 'worse', 'bad'],
    [trend('errors', 0, 0, null), '= 0 %', 'the same', 'quiet'],
    [trend('api_calls', 20, 10, 100), '↑ +100 %', 'more', 'plain'],
    [trend('api_calls', 5, 10, -50), '↓ -50.0 %', 'fewer', 'plain'],
    [trend('p95_duration_ms', 104, 100, 4), '= +4.0 %', 'about the same', 'quiet'],
    [trend('p95_duration_ms', 5, null, null), '–', 'nothing to compare', 'quiet'],
  ]
  for (const [given, text, word, tone] of cases) assert.deepEqual(changeOf(given), { text, word, tone })
})

/** A report whose periods had so many calls, of which so many failed. */
function reportOfPeriods(
  now: readonly [calls: number, failed: number],
  then: readonly [number, number],
): AnalysisReport {
  const period = { since: '2026-11-15T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z' }
  const figure = (name: Trend['name'], current: number | null, previous: number | null): Trend => ({
    name,
    current,
    previous,
    change_percent: current && previous ? (100 * (current - previous)) / previous : null,
  })
  const figures = [
    figure('api_calls', now[0], then[0]),
    figure('failed_calls', now[1], then[1]),
    figure('p95_duration_ms', null, null),
  ]
  const report = reportOf({ calls: [now[1], now[0]] })
  return { ...report, trends: { current: period, previous: period, figures } }
}

test('failed calls are compared as a share of the calls: with more calls, more failures are no news', () => {
  const { answer } = judge(reportOfPeriods([1000, 100], [100, 10]))
  assert.equal(answer, 'Not well: 10.0 % of the API calls failed.')
  const worse = judge(reportOfPeriods([100, 10], [1000, 20]))
  assert.equal(
    worse.answer,
    'Not well: 10.0 % of the API calls failed (in the last week 400 % more than in the week before).',
  )
  const [block] = trendsSection(reportOfPeriods([1000, 100], [100, 10])).blocks
  assert.ok(block?.kind === 'table')
  assert.deepEqual(
    block.rows.map(({ cells }) => cells.map(({ text }) => text)),
    [
      ['API calls', '100', '1,000', '↑ +900 %', 'more'],
      ['failed calls', '10.0 %', '10.0 %', '= 0.0 %', 'about the same'],
    ],
    'without a figure that neither period has',
  )
  const { figures } = reportOfPeriods([0, 0], [0, 0]).trends ?? { figures: [] }
  const [, failed] = figures
  assert.ok(failed)
  assert.deepEqual(shownTrend(failed, figures), { ...failed, current: null, previous: null })
})

test('a share is never rounded to nothing or to all', () => {
  const cases: readonly [part: number, whole: number, text: string][] = [
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [1, 1_000_000, '< 0.1 %'],
    [999_999, 1_000_000, '> 99.9 %'],
    [1, 3, '33.3 %'],
    [0, 0, '–'],
    [1e308, 100, '–'],
    [1, Number.MIN_VALUE, '–'],
  ]
  for (const [part, whole, text] of cases) assert.equal(percent(part, whole), text)
})

test('times are those of the zone, and durations those of people', () => {
  assert.equal(moment('2026-07-01T22:30:00.000Z', 'Europe/Berlin'), '2026-07-02 00:30')
  assert.equal(moment('2026-01-01T22:30:00.000Z', 'America/Denver'), '2026-01-01 15:30')
  assert.equal(moment('never', 'UTC'), 'never')
  assert.equal(moment('2026-01-01T22:30:00.000Z', 'no zone'), '2026-01-01T22:30:00.000Z')
  const spoken = [null, 0, 0.04, 1.26, 9.96, 999, 1000, 61_000, 3_600_000].map(duration)
  assert.deepEqual(spoken, [
    '–',
    '0 ms',
    '0.0 ms',
    '1.3 ms',
    '10 ms',
    '999 ms',
    '1.0 s',
    '1 min 01 s',
    '1 h 00 min',
  ])
})
