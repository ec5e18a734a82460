import type { LogEntry } from '../core/log-entry.ts'
import { COUNTED_FIELDS } from './kernel/kernel.ts'

/** An entry of any form as a line of the product's own, so that one set of rules counts them all. */
export function canonicalLine(entry: LogEntry): string {
  const { timestamp_ms, level, event, task_id, user_id, writer, seq, fields, message } = entry
  const line: Record<string, unknown> = {
    timestamp: timestampOf(timestamp_ms),
    level,
    event,
    task_id,
    user_id,
    writer,
    seq,
  }
  for (const [name, value] of Object.entries(fields)) {
    if (COUNTED_FIELDS.has(name)) line[name] = value
  }
  line['message'] = message
  return JSON.stringify(line)
}

/** Years beyond four digits have no place in a line; they are outside of any range that makes sense. */
function timestampOf(epoch_ms: number): string {
  const clamped = Math.min(Math.max(epoch_ms, -62_167_219_200_000), 253_402_300_799_999)
  return new Date(clamped).toISOString()
}
