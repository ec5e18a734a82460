import type { LogEntry } from '../core/log-entry.ts'
import type { LogStream } from '../core/log-event.ts'
import type { LineFilter } from './log-query.ts'

/** Default 0: only what comes from now on. At most 10,000. */
export interface TailQuery extends LineFilter {
  /** First the last so many matching lines, the oldest of them first. Excludes `after`. */
  readonly last?: number
  /** The `position` of the last item that arrived: goes on behind it. */
  readonly after?: string
}

export interface TailLine {
  readonly kind: 'line'
  /** Null for a line in no form that is known; such lines come only when no field is asked for. */
  readonly entry: LogEntry | null
  /** As written, without its newline, redacted; at most 64 KiB. May hold control characters. */
  readonly line: string
  readonly source: string
  /** Of a tail over many machines: which one wrote it. */
  readonly machine?: string
  readonly position: string
}

/** Lines that were never given can no longer be read; what follows comes after them. */
export interface TailGap {
  readonly kind: 'gap'
  readonly stream: LogStream
  /** `deleted`: the place to go on from is in no file any more. `truncated`: the file was cut while it was read.
   * `unreadable`: the file is there and cannot be read. */
  readonly reason: 'deleted' | 'truncated' | 'unreadable'
  /** Of the last line before the gap; null when there was none. */
  readonly since_ms: number | null
  readonly position: string
}

/** Everything there is has been given. Comes once after the last line, then about every 15 seconds. */
export interface TailIdle {
  readonly kind: 'idle'
  readonly position: string
}

export type TailItem = TailLine | TailGap | TailIdle
