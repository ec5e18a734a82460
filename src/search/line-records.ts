import { toEntryRecord, unknownLineRecord, type LogEntryRecord } from '../core/log-entry-record.ts'
import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import type { SearchHit } from './log-query.ts'
import type { TailGap, TailLine } from './tail-query.ts'

/** A hit as it leaves us in JSON. */
export interface HitRecord extends LogEntryRecord {
  /** The file, relative to the log folder, and where in its content the line starts, in bytes. */
  readonly source: string
  /** Which machine wrote it, where the lines of many are searched; null for the files of this one. */
  readonly machine: string | null
  readonly offset: number
  /** Lines of the same file around it, as they were written; empty unless asked for. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** A line that came, as it leaves us in JSON. */
export interface TailRecord extends LogEntryRecord {
  readonly source: string
  /** As in {@link HitRecord}. */
  readonly machine: string | null
}

/** Lines that can no longer be read, as they leave us in JSON. */
export interface GapRecord {
  readonly stream: LogStream
  readonly reason: TailGap['reason']
  /** Of the last line before the gap, ISO 8601 UTC; null when there was none. */
  readonly since: string | null
}

export function toHitRecord({ entry, source, machine, offset, before, after }: SearchHit): HitRecord {
  return { ...toEntryRecord(entry), source, machine: machine ?? null, offset, before, after }
}

export function toTailRecord({ entry, line, source, machine }: TailLine): TailRecord {
  const record = entry === null ? unknownLineRecord(streamOf(source), line) : toEntryRecord(entry)
  return { ...record, source, machine: machine ?? null }
}

export function toGapRecord({ stream, reason, since_ms }: TailGap): GapRecord {
  return { stream, reason, since: since_ms === null ? null : new Date(since_ms).toISOString() }
}

/** The stream whose name the file's begins with. */
export function streamOf(source: string): LogStream {
  const file = source.slice(source.lastIndexOf('/') + 1)
  const stream = LOG_STREAMS.find((name) => file.startsWith(`${name}.`) || file.startsWith(`${name}_`))
  if (stream === undefined) throw new Error('A source whose name begins with no stream was not listed by us.')
  return stream
}
