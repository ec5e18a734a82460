import type { LegacyZone } from './legacy-zone.ts'

/** Of our own form, `2026-11-22T10:15:00.000Z`. */
export const OWN_TIMESTAMP_LENGTH = 24
const MINUTE_LENGTH = '2026-11-22T10:15'.length
const OWN_MINUTE = /^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d$/
const ISO =
  /^([1-9]\d{3})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?))?$/i
const NUMBER = /^\d{1,19}(?:\.\d{1,9})?$/
const LONGEST_TIMESTAMP = 48

/**
 * A timestamp of any form of line as epoch milliseconds: ISO 8601 with or without zone, with a space for the `T`, with
 * a comma before the fraction; seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
 * Undefined for anything else, impossible dates included.
 *
 * @param zone of those without a zone
 */
export function parseTimestamp(value: unknown, zone: LegacyZone): number | undefined {
  if (typeof value === 'number') return fromEpoch(value)
  if (typeof value !== 'string' || value.length > LONGEST_TIMESTAMP) return undefined
  const own = ownTimestamp(value)
  if (own !== undefined) return own
  const parts = ISO.exec(value)
  if (parts) return fromParts(parts, zone)
  return NUMBER.test(value) ? fromEpoch(Number(value)) : undefined
}

/** The last minute read: the next line's is usually the same. */
let minute_text = ''
let minute_ms = 0

/** Undefined for anything that is not in our own form to the letter. */
export function ownTimestamp(text: string): number | undefined {
  if (text.length !== OWN_TIMESTAMP_LENGTH || !text.endsWith('Z')) return undefined
  if (minute_text === '' || !text.startsWith(minute_text)) {
    const head = text.slice(0, MINUTE_LENGTH)
    const ms = OWN_MINUTE.test(head) ? Date.parse(`${head}:00.000Z`) : Number.NaN
    if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(head)) return undefined
    minute_text = head
    minute_ms = ms
  }
  const seconds = digitsAt(text, 17, 2)
  const milliseconds = digitsAt(text, 20, 3)
  const is_whole = text[16] === ':' && text[19] === '.' && seconds < 60 && milliseconds < 1000
  return is_whole ? minute_ms + seconds * 1000 + milliseconds : undefined
}

/** NaN for anything but digits. */
function digitsAt(text: string, at: number, count: number): number {
  let number = 0
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function fromParts(parts: RegExpExecArray, zone: LegacyZone): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1, 6).map(Number)
  // A leap second is the last moment of its minute for all who count without it.
  const second = Math.min(59, Number(parts[6] ?? 0))
  const millisecond = Number(`${parts[7] ?? ''}000`.slice(0, 3))
  const wall_ms = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const shown = new Date(wall_ms)
  const is_real =
    shown.getUTCMonth() === month - 1 &&
    shown.getUTCHours() === hour &&
    shown.getUTCMinutes() === minute &&
    Number(parts[6] ?? 0) <= 60
  if (!is_real) return undefined
  if (parts[8] !== undefined) return wall_ms
  if (parts[9] === undefined) return zone.toEpoch(wall_ms)
  const ahead_ms = (Number(parts[10]) * 60 + Number(parts[11] ?? 0)) * 60_000
  return parts[9] === '-' ? wall_ms + ahead_ms : wall_ms - ahead_ms
}

/** 1e11 seconds are in the year 5138, 1e11 milliseconds in 1973. */
function fromEpoch(number: number): number | undefined {
  if (!(number > 0)) return undefined
  if (number < 1e11) return Math.round(number * 1000)
  if (number < 1e14) return Math.round(number)
  if (number < 1e17) return Math.round(number / 1000)
  return number < 1e20 ? Math.round(number / 1e6) : undefined
}
