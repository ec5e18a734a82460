import type { LogEntry, LogForm } from './log-entry.ts'
import type { LogLevel, LogStream, LogValue } from './log-event.ts'

/**
 * A line as it leaves us in JSON. Its own keys are under `fields`, where none can pass for one of ours. Of a line in no
 * form that is known only `stream` and `message`, the whole line, are there. Keys may be added, never renamed or retyped.
 */
export interface LogEntryRecord {
  readonly stream: LogStream
  /** ISO 8601 UTC with milliseconds. */
  readonly timestamp: string | null
  readonly level: LogLevel | null
  readonly event: string | null
  readonly task_id: string | null
  readonly user_id: string | number | null
  readonly writer: string | null
  readonly seq: number | null
  readonly form: LogForm | null
  readonly fields: Readonly<Record<string, Exclude<LogValue, undefined>>>
  readonly message: string
}

export function toEntryRecord(entry: LogEntry): LogEntryRecord {
  const { stream, timestamp_ms, level, event, task_id, user_id, writer, seq, form, message } = entry
  const timestamp = new Date(timestamp_ms).toISOString()
  const fields = entry.fields as LogEntryRecord['fields']
  return { stream, timestamp, level, event, task_id, user_id, writer, seq, form, fields, message }
}

export function unknownLineRecord(stream: LogStream, line: string): LogEntryRecord {
  return {
    stream,
    timestamp: null,
    level: null,
    event: null,
    task_id: null,
    user_id: null,
    writer: null,
    seq: null,
    form: null,
    fields: {},
    message: line,
  }
}
