// One flat JSON object in one line → the fields. Strict: what is not certainly right is left to the host.

import { BACKSLASH, NEWLINE, QUOTE } from './bytes'
import {
  clearFields,
  COURSE_ID,
  ENDPOINT,
  expect,
  expectedKey,
  FALSE,
  FOREIGN,
  fieldOfKey,
  isForeign,
  LEGACY,
  LEGACY_ONLY,
  MESSAGE,
  keyNamed,
  MAX_EXPECTED,
  NULL,
  NUMBER,
  SEQ,
  setField,
  setNumber,
  STATUS,
  STRING,
  TASK_ID,
  textLengthOf,
  TRUE,
  UNKNOWN,
  USER_ID,
} from './fields'
import { behindPrefix, forgetLine, keepPrefix, prefixStops } from './prefix'
import { stopAt } from './stops'

/** Of the number read last. */
let number: f64 = 0

export function lastNumber(): f64 {
  return number
}
/** The stop behind the value read last. */
let stop: usize = 0
/** Whether the line has a key that only the earlier system's JSON formatter writes. */
let is_legacy: bool = false

export function isLegacyLine(): bool {
  return is_legacy
}

/**
 * Reads the line at `start`, whose first stop has the number `first_stop`. Returns the number of its newline's stop,
 * or -1 when the host has to look at the line.
 */
export function readLine(start: usize, first_stop: usize): isize {
  if (load<u8>(start) != 0x7b) return -1
  is_legacy = false
  let at = behindPrefix(start, first_stop)
  let next_stop = first_stop
  let place: usize = 0
  let is_behind_prefix = at != 0
  if (is_behind_prefix) {
    next_stop += prefixStops()
    place = SEQ + 1
  } else {
    clearFields()
    forgetLine()
    at = start + 1
  }
  while (true) {
    let field: i32 = SEQ
    if (is_behind_prefix) {
      is_behind_prefix = false
    } else {
      // At the opening quote of a key.
      const key_at = stopAt(next_stop)
      if (key_at != at && skipSpace(at) != key_at) return -1
      let key = place < MAX_EXPECTED ? expectedKey(place, key_at) : 0
      if (key != 0) {
        at = key_at + textLengthOf(key)
      } else {
        const key_end = stopAt(next_stop + 1)
        if (load<u8>(key_at) != QUOTE || load<u8>(key_end) != QUOTE) return -1
        key = keyNamed(key_at + 1, key_end - key_at - 1)
        if (key == 0 && isForeign(key_at + 1, key_end - key_at - 1)) return -1
        if (key != 0 && fieldOfKey(key) == FOREIGN) return -1
        expect(place, key)
        at = skipSpace(key_end + 1)
        if (load<u8>(at) != 0x3a) return -1
        at++
      }
      next_stop += 2
      field = key == 0 ? UNKNOWN : fieldOfKey(key)
      if (field >= LEGACY) {
        is_legacy = true
        field = field == LEGACY_ONLY ? UNKNOWN : field - LEGACY
      }
      if (field == SEQ && place == SEQ) keepPrefix(start, at, next_stop - first_stop)
      place++
    }
    let first = load<u8>(at)
    if (first == 0x20 || first == 0x09) {
      at = skipSpace(at)
      first = load<u8>(at)
    }
    if (first == QUOTE) {
      let end = stopAt(next_stop + 1)
      next_stop += 2
      if (load<u8>(end) != QUOTE) {
        end = escapedEnd(end, next_stop - 1)
        if (end == 0) return -1
        next_stop = stop
        const is_odd = field != UNKNOWN && field != MESSAGE && hasNeedlessEscape(at + 1, end)
        if (is_odd) {
          if (field != ENDPOINT || !setEscapedEndpoint(at + 1, end)) return -1
        } else if (field != UNKNOWN) {
          setField(field, STRING, at + 1, end - at - 1)
        }
      } else if (field != UNKNOWN) {
        setField(field, STRING, at + 1, end - at - 1)
      }
      at = end + 1
    } else if (<u8>(first - 0x30) < 10 || first == 0x2d) {
      const end = readNumber(at)
      if (end == 0) return -1
      if (field != UNKNOWN) {
        if (isKeyField(field) && isOddlyWritten(at, end)) return -1
        setNumber(field, at, end - at, number)
      }
      at = end
    } else {
      const end = readWord(at, field)
      if (end == 0) return -1
      at = end
    }
    let next = load<u8>(at)
    if (next == 0x20 || next == 0x09) {
      at = skipSpace(at)
      next = load<u8>(at)
    }
    if (next != 0x2c) break
    at++
  }
  if (load<u8>(at) != 0x7d) return -1
  at++
  let newline = stopAt(next_stop)
  if (newline != at) {
    at = skipSpace(at)
    if (load<u8>(at) == 0x0d) {
      at++
      next_stop++
    }
    newline = stopAt(next_stop)
    if (newline != at) return -1
  }
  return load<u8>(newline) == NEWLINE ? next_stop : -1
}

function skipSpace(p: usize): usize {
  while (load<u8>(p) == 0x20 || load<u8>(p) == 0x09) p++
  return p
}

/** `null`, `true` or `false`; returns where it ends, or 0. */
function readWord(start: usize, field: i32): usize {
  let kind: u8 = NULL
  let length: usize = 4
  const word = load<u32>(start)
  if (word != 0x6c6c756e) {
    if (word == 0x65757274) {
      kind = TRUE
    } else if (word == 0x736c6166 && load<u8>(start + 4) == 0x65) {
      kind = FALSE
      length = 5
    } else {
      return 0
    }
  }
  if (field != UNKNOWN) setField(field, kind, start, length)
  return start + length
}

/** The closing quote of a string whose first stop is no quote, or 0; sets `stop` to what follows it. */
function escapedEnd(p: usize, at_stop: usize): usize {
  while (load<u8>(p) == BACKSLASH) {
    const escaped = load<u8>(p + 1)
    if (escaped == 0x75) {
      if (
        !isHex(load<u8>(p + 2)) ||
        !isHex(load<u8>(p + 3)) ||
        !isHex(load<u8>(p + 4)) ||
        !isHex(load<u8>(p + 5))
      ) {
        return 0
      }
    } else if (escaped == QUOTE || escaped == BACKSLASH) {
      // The escaped one is a stop too.
      at_stop++
    } else if (
      escaped != 0x2f &&
      escaped != 0x62 &&
      escaped != 0x66 &&
      escaped != 0x6e &&
      escaped != 0x72 &&
      escaped != 0x74
    ) {
      return 0
    }
    at_stop++
    p = stopAt(at_stop)
  }
  stop = at_stop + 1
  return load<u8>(p) == QUOTE ? p : 0
}

/** An escape of what JSON shows as it is, so that one key could be written in several ways. */
function hasNeedlessEscape(p: usize, end: usize): bool {
  while (p < end) {
    if (load<u8>(p) != BACKSLASH) {
      p++
      continue
    }
    const escaped = load<u8>(p + 1)
    if (escaped == 0x2f) return true
    // \\u0020 to \\u007e
    if (escaped == 0x75 && load<u16>(p + 2) == 0x3030 && <u8>(load<u8>(p + 4) - 0x32) < 6) return true
    p += 2
  }
  return false
}

const ENDPOINT_COPY: usize = memory.data(1024 + 16, 16)

/** An endpoint whose only escapes are those of slashes, as some writers have. */
function setEscapedEndpoint(p: usize, end: usize): bool {
  if (end - p > 1024) return false
  let to = ENDPOINT_COPY
  while (p < end) {
    let byte = load<u8>(p++)
    if (byte == BACKSLASH) {
      byte = load<u8>(p++)
      if (byte != 0x2f) return false
    }
    store<u8>(to++, byte)
  }
  setField(ENDPOINT, STRING, ENDPOINT_COPY, to - ENDPOINT_COPY)
  return true
}

/** A field that groups are made by, whose number is told as it is written. */
function isKeyField(field: i32): bool {
  return field == STATUS || field == USER_ID || field == COURSE_ID || field == TASK_ID
}

/** A whole number that JSON would write in another way: `304.0`, `3e2`, `-0`. */
function isOddlyWritten(p: usize, end: usize): bool {
  if (number != floor(number) || abs(number) >= 1e15) return false
  if (load<u8>(p) == 0x2d) {
    if (number == 0) return true
    p++
  }
  while (p < end) if (<u8>(load<u8>(p++) - 0x30) > 9) return true
  return false
}

function isHex(byte: u8): bool {
  return <u8>(byte - 0x30) < 10 || <u8>((byte | 0x20) - 0x61) < 6
}

const POWERS: usize = memory.data<f64>([
  1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
])

/** The first bytes of a word that are digits: how many, 0 to 8. */
function digitCount(word: u64): i32 {
  const others =
    ((word & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) |
    (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030)
  return others == 0 ? 8 : <i32>(ctz(others) >> 3)
}

/** The value of a word's first `digits` bytes, 1 to 8. */
function digitValue(word: u64, digits: i32): u64 {
  let value = word << ((8 - digits) << 3)
  value = ((value & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8
  value = ((value & 0x00ff00ff00ff00ff) * 6553601) >> 16
  return ((value & 0x0000ffff0000ffff) * 42949672960001) >> 32
}

/**
 * JSON's grammar; returns where the number ends, or 0. Plain numbers of at most 7 digits before and after the point
 * are read without branching on their length.
 */
export function readNumber(start: usize): usize {
  const word = load<u64>(start)
  const digits = digitCount(word)
  if (digits == 0 || digits == 8 || ((word & 0xff) == 0x30 && digits > 1)) return readAnyNumber(start)
  let p = start + digits
  let value = <f64>digitValue(word, digits)
  let next = load<u8>(p)
  if (next == 0x2e) {
    const fraction = load<u64>(p + 1)
    const places = digitCount(fraction)
    if (places == 0 || places == 8) return readAnyNumber(start)
    const scale = load<f64>(POWERS + ((<usize>places) << 3))
    value = (value * scale + <f64>digitValue(fraction, places)) / scale
    p += places + 1
    next = load<u8>(p)
  }
  if ((next | 0x20) == 0x65) return readAnyNumber(start)
  number = value
  return p
}

/** Exact up to 15 digits, which is more than a clock or a counter has; else within a few ulps. */
function readAnyNumber(start: usize): usize {
  let p = start
  const negative = load<u8>(p) == 0x2d
  if (negative) p++
  let digit = <u8>(load<u8>(p) - 0x30)
  if (digit > 9) return 0
  let mantissa: u64 = digit
  let exponent: i32 = 0
  p++
  if (mantissa != 0) {
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (mantissa < 100000000000000000) mantissa = mantissa * 10 + digit
      else exponent++
      p++
    }
  }
  if (load<u8>(p) == 0x2e) {
    p++
    const fraction = p
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (mantissa < 100000000000000000) {
        mantissa = mantissa * 10 + digit
        exponent--
      }
      p++
    }
    if (p == fraction) return 0
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    p++
    const sign = load<u8>(p)
    if (sign == 0x2d || sign == 0x2b) p++
    const digits = p
    let given: i32 = 0
    while ((digit = <u8>(load<u8>(p) - 0x30)) < 10) {
      if (given < 100000) given = given * 10 + digit
      p++
    }
    if (p == digits) return 0
    exponent += sign == 0x2d ? -given : given
  }
  let value = <f64>mantissa
  while (exponent < 0) {
    const step = min(-exponent, 22)
    value /= load<f64>(POWERS + ((<usize>step) << 3))
    exponent += step
    if (value == 0) break
  }
  while (exponent > 0) {
    const step = min(exponent, 22)
    value *= load<f64>(POWERS + ((<usize>step) << 3))
    exponent -= step
    if (value == Infinity || value == 0) break
  }
  // The host has no infinity in JSON either, and leaves it out.
  if (value == Infinity) return 0
  number = negative ? -value : value
  return p
}
