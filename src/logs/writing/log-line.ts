import type { LogEvent, LogValue } from '../../core/log-event.ts'
import { FIELD_PREFIX } from './log-fields.ts'
import { encodeText, quoteText } from './log-text.ts'
import { withoutQuery } from '../redact.ts'

/** Longest string value of a field, in UTF-16 units; longer ones are cut and end in `…[cut]`. */
export const FIELD_LIMIT = 8192
/** Longest `message`, in UTF-16 units. */
export const MESSAGE_LIMIT = 4096
/** Longest `event`, `task_id` or string `user_id`, in UTF-16 units. */
export const ID_LIMIT = 1024
/** Longest line in bytes with its newline; a longer one has all its strings cut to `TIGHT_LIMIT` first. */
export const LINE_LIMIT = 65_536

/** With every unit escaped (6 bytes) and every allowed field given, a line stays below `LINE_LIMIT`. */
const TIGHT_LIMIT = 64

/** What the encoder met besides the line; the writer adds it to its health. */
export interface EncodeTally {
  /** Fields left out: not in the allow-list, or not flat. */
  fields_dropped: number
}

interface Limits {
  readonly field: number
  readonly message: number
  readonly id: number
}
const USUAL: Limits = { field: FIELD_LIMIT, message: MESSAGE_LIMIT, id: ID_LIMIT }
const TIGHT: Limits = { field: TIGHT_LIMIT, message: TIGHT_LIMIT * 16, id: 255 }

/**
 * One event as one line of JSON with its newline: `timestamp, level, event, task_id, user_id, writer, seq`,
 * the event's own fields in their order, `message`. Whatever the strings hold, the line has exactly one
 * newline, at its end, is at most {@link LINE_LIMIT} bytes of UTF-8 and parses.
 *
 * @param timestamp ISO 8601 UTC with milliseconds; see `isoTimestamps`
 * @param writer `[A-Za-z0-9_-]+`, written as it is
 */
export function encodeLogLine(
  event: LogEvent,
  timestamp: string,
  writer: string,
  seq: number,
  tally: EncodeTally,
): string {
  const dropped_before = tally.fields_dropped
  const line = compose(event, timestamp, writer, seq, tally, USUAL)
  // A unit of a string is at most three bytes.
  if (line.length * 3 <= LINE_LIMIT || Buffer.byteLength(line) <= LINE_LIMIT) return line
  tally.fields_dropped = dropped_before
  return compose(event, timestamp, writer, seq, tally, TIGHT)
}

function compose(
  event: LogEvent,
  timestamp: string,
  writer: string,
  seq: number,
  tally: EncodeTally,
  limits: Limits,
): string {
  let line = `{"timestamp":"${timestamp}","level":${quoteText(event.level)},"event":${encodeText(
    event.event,
    limits.id,
  )},"task_id":${encodeId(event.task_id, limits)},"user_id":${encodeId(event.user_id, limits)},"writer":"${writer}","seq":${seq}`
  const fields = event.fields
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (value === undefined) continue
    const prefix = FIELD_PREFIX.get(name)
    const text = prefix === undefined ? undefined : encodeValue(name, value, limits)
    if (text === undefined) tally.fields_dropped++
    else line += prefix + text
  }
  return `${line},"message":${encodeText(event.message, limits.message)}}\n`
}

function encodeId(id: string | number | null, limits: Limits): string {
  if (typeof id === 'string') return encodeText(id, limits.id)
  return typeof id === 'number' && Number.isFinite(id) ? String(id) : 'null'
}

/** JSON of a flat value; undefined for what types forbid but a JavaScript caller may still pass. */
function encodeValue(name: string, value: LogValue | bigint, limits: Limits): string | undefined {
  if (typeof value === 'string')
    return encodeText(name === 'endpoint' ? withoutQuery(value) : value, limits.field)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'bigint') return encodeText(String(value), limits.field)
  return value === null ? 'null' : undefined
}
