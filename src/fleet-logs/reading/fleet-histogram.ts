import type { Pool } from 'pg'
import { systemClock } from '../../core/clock.ts'
import { LOG_LEVELS, type LogLevel } from '../../core/log-event.ts'
import { checkQuery } from '../../search/check-query.ts'
import { bucketsFor } from '../../search/histogram-buckets.ts'
import { DEFAULT_BUCKETS, type HistogramQuery, type LineHistogram } from '../../search/histogram-query.ts'
import { LevelCounts } from '../../search/level-counts.ts'
import type { OfMachine } from '../../search/line-reader.ts'
import type { SearchOptions } from '../../search/search-logs.ts'
import { lineConditions } from './line-conditions.ts'
import { LineWindow } from './line-window.ts'

const DEFAULT_BUDGET_MS = 2000
const HOUR_MS = 3_600_000

/**
 * Counts the lines that match, the newest first. What there is no time for is taken to be as dense as what was counted,
 * and what only we can tell of a line (an expression, a status) is counted as PostgreSQL sees it: `is_exact` is false then.
 */
export async function fleetHistogram(
  pool: Pool,
  query: HistogramQuery & OfMachine,
  { signal, clock = systemClock }: SearchOptions = {},
): Promise<LineHistogram> {
  const { buckets: most = DEFAULT_BUCKETS, time_budget_ms = DEFAULT_BUDGET_MS, ...filter } = query
  checkQuery(filter)
  const started_ms = clock.monotonic()
  const until_ms = query.until_ms ?? clock.now()
  const since_ms = Math.min(query.since_ms ?? (await oldest(pool)) ?? until_ms - HOUR_MS, until_ms - 1)
  const buckets = bucketsFor(since_ms, until_ms, most)
  const { bucket_ms, first_ms } = buckets
  const conditions = await lineConditions(filter, 5)
  const counts = new LevelCounts(buckets, since_ms, until_ms)
  const window = new LineWindow()
  const seen = LOG_LEVELS.map(() => 0)
  let high_ms = until_ms
  while (high_ms > since_ms && clock.monotonic() - started_ms < time_budget_ms) {
    signal?.throwIfAborted()
    const low_ms = Math.max(since_ms, high_ms - window.width_ms)
    const asked_ms = clock.monotonic()
    try {
      const { rows } = await pool.query<{ bucket: number; level: LogLevel; lines: number }>(
        `select (logged_at - $3::bigint) / $4::bigint as bucket, level, count(*) as lines from canvas_sync_log_lines
         where logged_at >= $1 and logged_at < $2${conditions.text} group by 1, 2`,
        [low_ms, high_ms, first_ms, bucket_ms, ...conditions.values],
      )
      for (const { bucket, level, lines } of rows) {
        const at = LOG_LEVELS.indexOf(level)
        const from_ms = Math.max(first_ms + bucket * bucket_ms, low_ms)
        counts.spread(lines, at, from_ms, Math.min(from_ms + 1, high_ms))
        seen[at] = (seen[at] ?? 0) + lines
      }
      window.took(clock.monotonic() - asked_ms)
      high_ms = low_ms
    } catch (error) {
      if (!window.shrinksAfter(error)) throw error
    }
  }
  const is_whole = high_ms <= since_ms
  if (!is_whole && high_ms < until_ms) {
    const scale = (high_ms - since_ms) / (until_ms - high_ms)
    for (const [at, lines] of seen.entries()) counts.spread(lines * scale, at, since_ms, high_ms)
  }
  return {
    since_ms,
    until_ms,
    bucket_ms,
    first_ms,
    counts: counts.byLevel(),
    is_exact: is_whole && conditions.is_exact,
    uncounted: [],
    unreadable: [],
    bytes_read: 0,
    duration_ms: clock.monotonic() - started_ms,
  }
}

async function oldest(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ at: number }>(
    'select logged_at as at from canvas_sync_log_lines order by logged_at limit 1',
  )
  return rows[0]?.at
}
