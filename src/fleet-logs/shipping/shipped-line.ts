import type { LogEntry } from '../../core/log-entry.ts'
import type { LogStream } from '../../core/log-event.ts'
import { MATCHED_BYTES } from '../../search/line-pattern.ts'
import { isNamedDay, dayOf } from '../tables/log-days.ts'

/** A line of ours on its way to where the lines of all machines are. */
export interface ShippedLine {
  readonly entry: LogEntry & { readonly writer: string; readonly seq: number }
  /** As it stands in its file, without its newline. */
  readonly line: string
}

/**
 * Why a line stays in its file: `unknown_form` is torn or in no form that is known, `no_number` is of the earlier system,
 * whose lines cannot be told from their copies, or was made by another program, `too_long` is more than our writer makes.
 */
export type SkipReason = 'unknown_form' | 'no_number' | 'too_long'

/** Characters of the values by which lines are found; our writers' are shorter, and no index takes more than some 2700 bytes. */
const LONGEST_NAME = 255

export function shippedLine(entry: LogEntry | null, line: string): ShippedLine | SkipReason {
  if (entry === null) return 'unknown_form'
  if (entry.writer === null || entry.seq === null || entry.form !== 'json') return 'no_number'
  // What a reader gives of a longer line is cut, and no search would find it again.
  if (Buffer.byteLength(line) >= MATCHED_BYTES) return 'too_long'
  if (!isNamedDay(dayOf(entry.timestamp_ms)) || !Number.isSafeInteger(entry.seq)) return 'unknown_form'
  const { writer, event, task_id, user_id } = entry
  const names = [writer, event, task_id, user_id === null ? null : String(user_id)]
  if (names.some((name) => name !== null && name.length > LONGEST_NAME)) return 'unknown_form'
  return { entry: { ...entry, writer: entry.writer, seq: entry.seq }, line }
}

/** How many lines stayed in their files, and why. */
export type SkipCounts = Record<SkipReason, number>

export const noSkips = (): SkipCounts => ({ unknown_form: 0, no_number: 0, too_long: 0 })

export const skipsIn = (counts: SkipCounts): number =>
  counts.unknown_form + counts.no_number + counts.too_long

/** Lines of one stream that stand together, and the place behind them. */
export interface LineBatch {
  readonly stream: LogStream
  readonly lines: readonly ShippedLine[]
  /** As `encodePosition` gives it, of this stream alone. */
  readonly place: string
  readonly skipped: SkipCounts
  /** There was nothing behind it when it was read. */
  readonly is_last: boolean
}
