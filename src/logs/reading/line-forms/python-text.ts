import type { LogEntry } from '../../../core/log-entry.ts'
import type { LogStream, LogValue } from '../../../core/log-event.ts'
import { legacyEntry } from './legacy-entry.ts'
import { knownLevel } from './log-words.ts'
import { readSegments } from './segments.ts'

/** `DEBUG [_make_request:93]: …`, `ERROR in app: …`, `INFO [app.tasks]: …` behind the time. */
const LINE = /^([A-Za-z]{3,8}) (?:\[([^\]:]{0,100})(?::(\d{1,7}))?\]|in ([\w.]{1,100})): ?(.*)$/s

/**
 * A line of the earlier system's text formatter.
 * @param text what follows the time
 */
export function pythonTextEntry(text: string, timestamp_ms: number, stream: LogStream): LogEntry | undefined {
  const [, word = '', place, line, module, message = ''] = LINE.exec(text) ?? []
  const level = knownLevel(word)
  if (level === undefined) return undefined
  const fields: Record<string, LogValue> = { ...readSegments(message).fields }
  if (place !== undefined && place !== '') fields['function'] = place
  if (line !== undefined) fields['line'] = Number(line)
  if (module !== undefined) fields['module'] = module
  return legacyEntry({ stream, form: 'python_text', timestamp_ms, level, fields, message })
}
