import type { LogEntry } from '../core/log-entry.ts'
import type { LogValue } from '../core/log-event.ts'
import { redactText } from '../logs/redact.ts'

/**
 * A line without secrets. Our own lines hold none; those of the earlier system may, and a line that was changed by hand.
 */
export function shownEntry(entry: LogEntry): LogEntry {
  const fields: Record<string, LogValue> = {}
  for (const [name, value] of Object.entries(entry.fields)) {
    fields[name] = typeof value === 'string' ? redactText(value) : value
  }
  return { ...entry, fields, message: redactText(entry.message) }
}

export function shownLines(lines: readonly string[]): string[] {
  return lines.map(redactText)
}
