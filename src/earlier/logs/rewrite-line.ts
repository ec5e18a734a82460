import type { LogForm } from '../../core/log-entry.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { LogStream } from '../../core/log-event.ts'
import { isContinuation, parseLogLine, type LegacyZone } from '../../logs/reading/parse-line.ts'
import { redactText } from '../../logs/redact.ts'
import { redacted } from '../rows/earlier-metadata.ts'

export interface RewrittenLine {
  readonly text: string
  /** `continuation`: of a traceback; null: in no form that is known. */
  readonly form: LogForm | 'continuation' | null
  /** Epoch milliseconds; null when it names no time. */
  readonly timestamp_ms: number | null
}

const BRACKETS = /^\s*\[[^\]]*\]/

/**
 * A line of the earlier system as it is kept: as it was, but with its time in UTC, which nobody has to guess, and without
 * tokens and e-mail addresses, which that system wrote as they came. Lines of our own form stay as they are.
 */
export function rewriteLine(line: string, stream: LogStream, zone: LegacyZone): RewrittenLine {
  const entry = parseLogLine(line, stream, zone)
  if (entry === undefined) {
    const form = isContinuation(line) ? 'continuation' : null
    return { text: redactText(line), form, timestamp_ms: null }
  }
  const { form, timestamp_ms } = entry
  if (form === 'json') return { text: line, form, timestamp_ms }
  if (form === 'python_json') {
    const text = rewrittenJson(line, timestamp_ms)
    return text === null ? { text: redactText(line), form: null, timestamp_ms } : { text, form, timestamp_ms }
  }
  const rest = line.replace(BRACKETS, '').replace(/\r$/, '')
  return { text: `[${isoTime(timestamp_ms)}]${redactText(rest)}`, form, timestamp_ms }
}

/** Null for a line whose values are nested deeper than the stack: one line must not end the import. */
function rewrittenJson(line: string, timestamp_ms: number): string | null {
  try {
    // A byte order mark may stand before it, also in the middle of a file that was put together of several.
    const json = JSON.parse(line.trimStart()) as Record<string, unknown>
    const kept = redacted(json) as Record<string, unknown>
    return JSON.stringify({ ...kept, timestamp: isoTime(timestamp_ms) })
  } catch {
    return null
  }
}
