import type { LogLevel } from '../core/log-event.ts'
import type { LineFilter, UnreadableSource } from './log-query.ts'

/** What is counted. */
export interface HistogramQuery extends LineFilter {
  /** Epoch milliseconds, in the range. Default: when the oldest line was written. */
  readonly since_ms?: number
  /** Epoch milliseconds, not in the range. Default: now. */
  readonly until_ms?: number
  /** At most so many pieces of time. Default 60, 1 to 500. */
  readonly buckets?: number
  /** How long may be counted; what is not counted by then is estimated. Default 2,000. */
  readonly time_budget_ms?: number
}

/** How many lines match, over time and by level. A line of which there are copies counts as often. */
export interface LineHistogram {
  readonly since_ms: number
  readonly until_ms: number
  readonly bucket_ms: number
  /** Where the first piece of time begins: a whole multiple of `bucket_ms`, at or before `since_ms`. */
  readonly first_ms: number
  /** One number for each piece of time. */
  readonly counts: Readonly<Record<LogLevel, readonly number[]>>
  /** Whether every line was counted. Otherwise stretches of files were estimated from samples of them. */
  readonly is_exact: boolean
  /** Compressed files that there was no time for: nothing of them is counted. */
  readonly uncounted: readonly string[]
  readonly unreadable: readonly UnreadableSource[]
  readonly bytes_read: number
  readonly duration_ms: number
}

export const DEFAULT_BUCKETS = 60
export const MOST_BUCKETS = 500
