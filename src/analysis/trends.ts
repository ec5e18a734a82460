import {
  BEFORE_FAILED,
  BEFORE_LINES,
  BEFORE_THROTTLED,
  BEFORE_TIMED,
  BEFORE_TOTAL_MS,
  CALLS,
  FAILED,
  LAST_MS,
  FIRST_MS,
  LINES,
  THROTTLED,
  TIMED,
  TOTAL_MS,
} from './kernel/counters.ts'
import { percentileOf, rounded } from './durations.ts'
import { isoTime } from './groups.ts'
import type { Counts, StreamCounts } from './merge-dumps.ts'
import type { Trend, Trends } from './report.ts'

const QUARTER_MS = 900_000
const WEEK_MS = 7 * 86_400_000
const ANYTHING = { min_ms: 0, max_ms: Number.POSITIVE_INFINITY }

/** The figures of one period. */
interface Period {
  readonly calls: number
  readonly failed: number
  readonly throttled: number
  readonly timed: number
  readonly total_ms: number
  readonly p95_ms: number | null
  readonly errors: number
}

/**
 * The range asked for against the one before it, of the same length; without a start, the last week of the range or of
 * the data against the week before. Null when there is nothing before.
 */
export function trendsOf(counts: Counts, since_ms: number, until_ms: number, now_ms: number): Trends | null {
  const { api_calls, errors } = counts.streams
  if (Number.isFinite(since_ms)) {
    const until = Math.min(until_ms, now_ms)
    const before_ms = since_ms - (until - since_ms)
    if (counterOf(api_calls, BEFORE_LINES) + counterOf(errors, BEFORE_LINES) === 0) return null
    return trends(
      [since_ms, until, asked(api_calls, errors)],
      [before_ms, since_ms, before(api_calls, errors)],
    )
  }
  const last_ms = Math.max(counterOf(api_calls, LAST_MS), counterOf(errors, LAST_MS))
  const first_ms = Math.min(counterOf(api_calls, FIRST_MS), counterOf(errors, FIRST_MS))
  const end = Number.isFinite(until_ms)
    ? Math.ceil(Math.min(until_ms, now_ms) / QUARTER_MS) * QUARTER_MS
    : (Math.floor(last_ms / QUARTER_MS) + 1) * QUARTER_MS
  if (!Number.isFinite(last_ms) || first_ms >= end - WEEK_MS) return null
  return trends(
    [end - WEEK_MS, end, between(api_calls, errors, end - WEEK_MS, end)],
    [end - 2 * WEEK_MS, end - WEEK_MS, between(api_calls, errors, end - 2 * WEEK_MS, end - WEEK_MS)],
  )
}

type Bounded = readonly [since_ms: number, until_ms: number, period: Period]

function trends([since, until, now]: Bounded, [since_before, until_before, then]: Bounded): Trends {
  const mean = ({ timed, total_ms }: Period): number | null => (timed === 0 ? null : total_ms / timed)
  return {
    current: { since: isoTime(since), until: isoTime(until) },
    previous: { since: isoTime(since_before), until: isoTime(until_before) },
    figures: [
      trend('api_calls', now.calls, then.calls),
      trend('failed_calls', now.failed, then.failed),
      trend('throttled_calls', now.throttled, then.throttled),
      trend('mean_duration_ms', mean(now), mean(then)),
      trend('p95_duration_ms', now.p95_ms, then.p95_ms),
      trend('errors', now.errors, then.errors),
    ],
  }
}

function trend(name: Trend['name'], current: number | null, previous: number | null): Trend {
  const change_percent =
    current === null || previous === null || previous === 0
      ? null
      : Math.round(((current - previous) / previous) * 1000) / 10
  return {
    name,
    current: current === null ? null : rounded(current),
    previous: previous === null ? null : rounded(previous),
    change_percent,
  }
}

function asked(calls: StreamCounts, errors: StreamCounts): Period {
  const timed = counterOf(calls, TIMED)
  return {
    calls: counterOf(calls, CALLS),
    failed: counterOf(calls, FAILED),
    throttled: counterOf(calls, THROTTLED),
    timed,
    total_ms: counterOf(calls, TOTAL_MS),
    p95_ms: percentileOf(calls.histogram, timed, 0.95, ANYTHING),
    errors: counterOf(errors, LINES),
  }
}

function before(calls: StreamCounts, errors: StreamCounts): Period {
  const timed = counterOf(calls, BEFORE_TIMED)
  return {
    calls: counterOf(calls, BEFORE_LINES),
    failed: counterOf(calls, BEFORE_FAILED),
    throttled: counterOf(calls, BEFORE_THROTTLED),
    timed,
    total_ms: counterOf(calls, BEFORE_TOTAL_MS),
    p95_ms: percentileOf(calls.histogram_before, timed, 0.95, ANYTHING),
    errors: counterOf(errors, BEFORE_LINES),
  }
}

/** By quarters of an hour, which keep no percentiles. */
function between(calls: StreamCounts, errors: StreamCounts, since_ms: number, until_ms: number): Period {
  const sum = { calls: 0, failed: 0, throttled: 0, timed: 0, total_ms: 0, errors: 0, p95_ms: null }
  const [first, end] = [since_ms / QUARTER_MS, until_ms / QUARTER_MS]
  for (const [quarter, { lines, failed, amount, timed, total_ms }] of calls.quarters) {
    if (quarter < first || quarter >= end) continue
    sum.calls += lines
    sum.failed += failed
    sum.throttled += amount
    sum.timed += timed
    sum.total_ms += total_ms
  }
  for (const [quarter, { lines }] of errors.quarters)
    if (quarter >= first && quarter < end) sum.errors += lines
  return sum
}

function counterOf({ counters }: StreamCounts, counter: number): number {
  return counters[counter] ?? 0
}
