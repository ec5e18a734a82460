import type { LogEntry } from '../core/log-entry.ts'
import type { LogValue } from '../core/log-event.ts'
import { redactText } from '../logs/redact.ts'

/**
 * A line without secrets. Our own lines hold none; those of the earlier system may, in any of their texts, and a line
 * that was changed by hand.
 */
export function shownEntry(entry: LogEntry): LogEntry {
  const { event, task_id, user_id, writer, fields, message } = entry
  return {
    ...entry,
    event: shownValue(event),
    task_id: shownValue(task_id),
    user_id: shownValue(user_id),
    writer: shownValue(writer),
    // A name could be `__proto__`, which must not be assigned.
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [redactText(name), shownValue(value)]),
    ),
    message: redactText(message),
  }
}

function shownValue<Value extends LogValue>(value: Value): Value
function shownValue(value: LogValue): LogValue {
  return typeof value === 'string' ? redactText(value) : value
}

export function shownLines(lines: readonly string[]): string[] {
  return lines.map(redactText)
}
