import type { LogEntry } from '../core/log-entry.ts'
import type { LogLevel, LogStream } from '../core/log-event.ts'

/** Which lines are wanted, whatever their order and number: what search and tail have in common. */
export interface LineFilter {
  /** Looked for as it is; letters in any case with `ignore_case`. Excludes `regex`. At most 1,000 characters. */
  readonly text?: string
  /** RE2 syntax, matched in linear time; at most 1,000 characters. Excludes `text`. */
  readonly regex?: string
  readonly ignore_case?: boolean
  /** Default: all. */
  readonly streams?: readonly LogStream[]
  /** This level or a more severe one. */
  readonly level?: LogLevel
  readonly event?: string
  readonly task_id?: string
  /** As text, whether the line has a number or a string. */
  readonly user_id?: string
  readonly course_id?: string
  /** `404`, a class `4xx`, a comparison `>=400` (also `>`, `<`, `<=`), or a word as `completed`. */
  readonly status?: string
  /** Lines without a duration never match a bound. */
  readonly min_duration_ms?: number
  readonly max_duration_ms?: number
}

/**
 * A search. A line matches a text or an expression when it does so as it is written, or with the escapes of JSON
 * strings undone: `"` is found in `\"` and `ü` in `\u00fc`. Only the first 64 KiB of a line are looked at; for an
 * expression that compiles to more than 16 instructions 1 Mi divided by their number, but never less than 4 KiB.
 */
export interface LogQuery extends LineFilter {
  /** Epoch milliseconds; `since_ms` is in the range, `until_ms` is not. */
  readonly since_ms?: number
  readonly until_ms?: number
  /** Default `newest` first. */
  readonly order?: 'newest' | 'oldest'
  /** Hits of this page. Default 100, 1 to 10,000. */
  readonly limit?: number
  /** Of the `end` item of the page before; valid for a query that differs in nothing but `limit`. */
  readonly cursor?: string
  /** Lines of the same file before and after each hit. Default 0, at most 50. */
  readonly context?: number
  /** The search ends after so long, with a cursor to go on from. Default: no end. */
  readonly time_budget_ms?: number
}

/** What a server gives one search. */
export const DEFAULT_TIME_BUDGET_MS = 10_000
export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 10_000
export const MAX_CONTEXT = 50
export const MAX_TEXT_LENGTH = 1000

export interface SearchHit {
  readonly kind: 'hit'
  readonly entry: LogEntry
  /** As written, without its newline, redacted; at most 64 KiB. May hold control characters. */
  readonly line: string
  /** Relative to the log folder: `archives/operations_20261120_020000.tar.gz`. */
  readonly source: string
  /** Of a search over many machines: which one wrote it. */
  readonly machine?: string
  /** Where the line starts in the source's content, in bytes. */
  readonly offset: number
  /** In the order of the file, the first 8 KiB of each line; empty without `context`. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface SearchProgress {
  readonly kind: 'progress'
  /** Stored bytes: of a compressed file, the compressed ones. */
  readonly bytes_done: number
  readonly bytes_total: number
  /** Hits given so far. */
  readonly hits: number
}

export interface UnreadableSource {
  readonly source: string
  readonly reason: string
}

/** The last item of every search that is neither aborted nor refused. */
export interface SearchEnd {
  readonly kind: 'end'
  readonly hits: number
  /** Goes on from here; null when there is nothing more, or when `time` was too short to get anywhere at all. */
  readonly next_cursor: string | null
  /** `limit`: there may be more hits, the cursor gives them. `time`: the budget was used up before all was read. */
  readonly cut: 'limit' | 'time' | null
  /** Lines that hold the text, or might match, but are in no form that is known; they are never hits. */
  readonly malformed_lines: number
  readonly unreadable: readonly UnreadableSource[]
  /** Read from the disk. */
  readonly bytes_read: number
  readonly duration_ms: number
}

/** Any number of hits, with `progress` items (at most four each second) among them, then one `end`. */
export type SearchItem = SearchHit | SearchProgress | SearchEnd
