import type { LogEntry } from '../core/log-entry.ts'

/** What decides where a hit stands among others. */
export interface HitKey {
  readonly timestamp_ms: number
  /** Null for lines of the earlier system. */
  readonly writer: string | null
  readonly seq: number
  /** Where the line is: the number of its source in the listing, and its offset there. */
  readonly source_at: number
  readonly offset: number
}

export function hitKey(entry: LogEntry, source_at: number, offset: number): HitKey {
  const { timestamp_ms, writer, seq } = entry
  return { timestamp_ms, writer: seq === null ? null : writer, seq: seq ?? 0, source_at, offset }
}

/**
 * Ascending: by time; of one millisecond first the lines of the earlier system as they stand in their files, then
 * ours by writer and number. 0 for two copies of a line. Rotating, archiving and deleting do not change the order.
 */
export function compareKeys(a: HitKey, b: HitKey): number {
  if (a.timestamp_ms !== b.timestamp_ms) return a.timestamp_ms - b.timestamp_ms
  if (a.writer === null || b.writer === null) {
    if (a.writer !== b.writer) return a.writer === null ? -1 : 1
    return a.source_at - b.source_at || a.offset - b.offset
  }
  if (a.writer !== b.writer) return a.writer < b.writer ? -1 : 1
  return a.seq - b.seq
}
