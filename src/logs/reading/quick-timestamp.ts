import { UTC_ZONE, type LegacyZone } from './legacy-zone.ts'
import { OWN_TIMESTAMP_LENGTH, parseTimestamp } from './parse-timestamp.ts'

const OWN_HEAD = Buffer.from('{"timestamp":"')
/** The same as a JSON writer of Python has it. */
const SPACED_HEAD = Buffer.from('{"timestamp": "')
const BRACE = 0x7b
const BRACKET = 0x5b
const QUOTE = 0x22
const CLOSING_BRACKET = 0x5d
const LONGEST_TIMESTAMP = 48
/** A longer line is not parsed for its time. */
const LONGEST_LINE = 1_048_576

/**
 * When a line was written, epoch milliseconds, mostly without parsing it: our own form costs 24 bytes. Undefined for a
 * line in no known form. A line that breaks off behind its time has a time here, though it is malformed.
 *
 * @param start of the line in `bytes`
 * @param end before its newline
 * @param zone as for `parseLogLine`
 */
export function quickTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  zone: LegacyZone = UTC_ZONE,
): number | undefined {
  const first = bytes[start]
  if (first === BRACE) {
    if (startsWith(bytes, start, end, OWN_HEAD)) {
      const own = ownTimestampAt(bytes, start + OWN_HEAD.length, end)
      if (own !== undefined) return own
      return quoted(bytes, start + OWN_HEAD.length, end, QUOTE, zone)
    }
    if (startsWith(bytes, start, end, SPACED_HEAD)) {
      return quoted(bytes, start + SPACED_HEAD.length, end, QUOTE, zone)
    }
    return parsed(bytes, start, end, zone)
  }
  return first === BRACKET ? quoted(bytes, start + 1, end, CLOSING_BRACKET, zone) : undefined
}

function startsWith(bytes: Uint8Array, start: number, end: number, head: Uint8Array): boolean {
  if (end - start < head.length) return false
  for (let at = 0; at < head.length; at++) if (bytes[start + at] !== head[at]) return false
  return true
}

/** `2026-11-22T10:15:00.000Z"`; undefined for anything else. */
function ownTimestampAt(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (end - at <= OWN_TIMESTAMP_LENGTH || bytes[at + OWN_TIMESTAMP_LENGTH] !== QUOTE) return undefined
  for (let index = 0; index < OWN_TIMESTAMP_LENGTH; index++) {
    const byte = bytes[at + index] ?? 0
    const wanted = PATTERN[index] ?? 0
    if (wanted === DIGIT ? byte < 0x30 || byte > 0x39 : byte !== wanted) return undefined
  }
  const two = (index: number): number => (bytes[at + index] ?? 0) * 10 + (bytes[at + index + 1] ?? 0) - 528
  const year = two(0) * 100 + two(2)
  const [month, day, hour, minute, second] = [two(5), two(8), two(11), two(14), two(17)]
  const is_real =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  if (!is_real || year < 1000) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second, two(20) * 10 + (bytes[at + 22] ?? 0) - 48)
}
const DIGIT = 0x30
const PATTERN = Buffer.from('0000-00-00T00:00:00.000Z')

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** A timestamp of any form that ends before the byte `closing`. */
function quoted(
  bytes: Uint8Array,
  start: number,
  end: number,
  closing: number,
  zone: LegacyZone,
): number | undefined {
  const stop = bytes.subarray(start, Math.min(end, start + LONGEST_TIMESTAMP + 1)).indexOf(closing)
  return stop === -1 ? undefined : parseTimestamp(textOf(bytes, start, start + stop), zone)
}

function parsed(bytes: Uint8Array, start: number, end: number, zone: LegacyZone): number | undefined {
  if (end - start > LONGEST_LINE) return undefined
  try {
    const line = JSON.parse(textOf(bytes, start, end)) as { timestamp?: unknown }
    return parseTimestamp(line.timestamp, zone)
  } catch {
    return undefined
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
