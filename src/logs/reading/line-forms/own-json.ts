import type { LogEntry } from '../../../core/log-entry.ts'
import type { LogStream, LogValue } from '../../../core/log-event.ts'
import { levelOf } from './log-words.ts'

/** A parsed line. */
export type JsonLine = Readonly<Record<string, unknown>>

/**
 * A line of ours, whatever the order of its keys and whichever are missing. Keys that are not known become fields; what
 * is not flat is left out of them.
 */
export function ownJsonEntry(line: JsonLine, timestamp_ms: number, stream: LogStream): LogEntry {
  const { timestamp: _, level, event, task_id, user_id, writer, seq, message, ...fields } = line
  return {
    stream,
    form: 'json',
    timestamp_ms,
    level: levelOf(level, stream),
    event: typeof event === 'string' ? event : null,
    task_id: typeof task_id === 'number' ? String(task_id) : typeof task_id === 'string' ? task_id : null,
    user_id: typeof user_id === 'string' || typeof user_id === 'number' ? user_id : null,
    writer: typeof writer === 'string' ? writer : null,
    seq: isSequenceNumber(seq) ? seq : null,
    fields: flat(fields),
    message: typeof message === 'string' ? message : '',
  }
}

/** Whether it is one that a writer counts to; `1e999` is read as infinity. */
export function isSequenceNumber(seq: unknown): seq is number {
  return Number.isSafeInteger(seq) && (seq as number) >= 0
}

/** Takes nested values out of an object of our own. */
function flat(fields: Record<string, unknown>): Record<string, LogValue> {
  for (const name in fields) {
    const value = fields[name]
    if (typeof value === 'object' && value !== null) delete fields[name]
  }
  return fields as Record<string, LogValue>
}
