// The two lines that the earlier system wrote most: its API calls as JSON and as text. Only what they are certain to
// mean is read here; everything else of that system is left to the host.

import { BACKSLASH } from './bytes'
import {
  ABSENT,
  clearFields,
  COURSE_ID,
  DURATION_MS,
  ENDPOINT,
  ERROR_TYPE,
  EVENT,
  kindOf,
  lengthOf,
  LEVEL,
  METHOD,
  NULL,
  NUMBER,
  numberOf,
  SEQ,
  setField,
  setNumber,
  startOf,
  STATUS,
  STRING,
  TASK_ID,
  TIMESTAMP,
  USER_ID,
  WRITER,
} from './fields'
import { lastNumber, readNumber } from './number'
import { digitsAt, minuteMs, NO_TIME } from './time'

/** `api_call` */
const API_CALL: usize = memory.data<u8>([
  0x61, 0x70, 0x69, 0x5f, 0x63, 0x61, 0x6c, 0x6c, 0, 0, 0, 0, 0, 0, 0, 0,
])

/** `2026-11-22T10:15:35`, with a space for the `T`, with a fraction or without: as UTC, or no time. */
export function readLegacyTime(p: usize, length: usize): f64 {
  if (length < 19 || length > 29) return NO_TIME
  const between = load<u8>(p + 10)
  if (between != 0x54 && between != 0x20) return NO_TIME
  const minute = minuteMs(p)
  const second = digitsAt(p + 17, 2)
  if (minute == NO_TIME || load<u8>(p + 16) != 0x3a || second < 0 || second > 59) return NO_TIME
  let millisecond = 0
  if (length > 19) {
    const mark = load<u8>(p + 19)
    const places = <i32>length - 20
    if ((mark != 0x2e && mark != 0x2c) || places < 3 || digitsAt(p + 20, places) < 0) return NO_TIME
    millisecond = digitsAt(p + 20, 3)
  }
  return minute + <f64>(second * 1000 + millisecond)
}

/** Whether the fields, of a line of the JSON formatter, are those of a plain API call; completes them then. */
export function isLegacyCall(): bool {
  if (kindOf(WRITER) != ABSENT || kindOf(SEQ) != ABSENT || kindOf(EVENT) != ABSENT) return false
  if (kindOf(METHOD) != STRING || kindOf(ENDPOINT) != STRING || kindOf(LEVEL) != STRING) return false
  if (kindOf(STATUS) != NUMBER || kindOf(DURATION_MS) != NUMBER || kindOf(ERROR_TYPE) != ABSENT) return false
  if (!isMethod(startOf(METHOD), lengthOf(METHOD)) || !isPlainPath(startOf(ENDPOINT), lengthOf(ENDPOINT)))
    return false
  if (!isPlainId(USER_ID) || !isPlainId(COURSE_ID)) return false
  if (kindOf(TASK_ID) != STRING && kindOf(TASK_ID) != ABSENT && kindOf(TASK_ID) != NULL) return false
  if (kindOf(TASK_ID) == STRING && lengthOf(TASK_ID) == 0) return false
  setField(EVENT, STRING, API_CALL, 8)
  return true
}

/** A whole number of at most 15 digits, null or nothing: what the host would not write in another way. */
function isPlainId(field: i32): bool {
  const kind = kindOf(field)
  if (kind == ABSENT || kind == NULL) return true
  return (
    kind == NUMBER &&
    lengthOf(field) <= 15 &&
    numberOf(field) >= 0 &&
    isWhole(startOf(field), lengthOf(field))
  )
}

function isWhole(p: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (<u8>(load<u8>(p + i) - 0x30) > 9) return false
  return true
}

function isMethod(p: usize, length: usize): bool {
  const word = load<u32>(p)
  if (length == 3) return (word & 0xffffff) == 0x544547 || (word & 0xffffff) == 0x545550
  if (length == 4) return word == 0x54534f50 || word == 0x44414548
  if (length == 5) return word == 0x43544150 && load<u8>(p + 4) == 0x48
  return length == 6 && word == 0x454c4544 && load<u16>(p + 4) == 0x4554
}

/** Letters, digits, `/`, `_`, `-` and `.`: nothing that redaction or a query could be about. */
function isPlainPath(p: usize, length: usize): bool {
  if (length == 0 || load<u8>(p) != 0x2f) return false
  for (let i: usize = 0; i < length; i++) {
    const byte = load<u8>(p + i)
    const is_letter = <u8>((byte | 0x20) - 0x61) < 26
    if (!is_letter && <u8>(byte - 0x30) > 9 && byte != 0x2f && byte != 0x5f && byte != 0x2d && byte != 0x2e)
      return false
  }
  return true
}

/** `Canvas API response: ` */
const RESPONSE: usize = memory.data<u8>([
  0x43, 0x61, 0x6e, 0x76, 0x61, 0x73, 0x20, 0x41, 0x50, 0x49, 0x20, 0x72, 0x65, 0x73, 0x70, 0x6f, 0x6e, 0x73,
  0x65, 0x3a, 0x20,
])
/** ` - Status: ` */
const STATUS_IS: usize = memory.data<u8>([0x20, 0x2d, 0x20, 0x53, 0x74, 0x61, 0x74, 0x75, 0x73, 0x3a, 0x20])
/** ` - Duration: ` */
const DURATION_IS: usize = memory.data<u8>([
  0x20, 0x2d, 0x20, 0x44, 0x75, 0x72, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x3a, 0x20,
])

/** Behind the text, or 0 when it is not at `p`. */
function behind(p: usize, text: usize, length: usize): usize {
  for (let i: usize = 0; i < length; i++) if (load<u8>(p + i) != load<u8>(text + i)) return 0
  return p + length
}

/**
 * `[2024-12-22 10:15:35] DEBUG [_make_request:93]: Canvas API response: GET /users/self - Status: 200 - Duration: 145.3ms`
 * to the letter. `end` is where its newline stands. Sets the fields; the time is then `readLegacyTime`'s.
 */
export function readCallText(start: usize, end: usize): bool {
  if (load<u8>(start) != 0x5b) return false
  let p = start + 1
  while (load<u8>(p) >= 0x20 && load<u8>(p) != 0x5d) p++
  const time_length = p - start - 1
  if (load<u16>(p) != 0x205d) return false
  clearFields()
  setField(TIMESTAMP, STRING, start + 1, time_length)
  p += 2
  const level = p
  while (<u8>(load<u8>(p) - 0x41) < 26) p++
  setField(LEVEL, STRING, level, p - level)
  if (load<u16>(p) != 0x5b20) return false
  p += 2
  const place = p
  while (isPlace(load<u8>(p))) p++
  if (p - place > 100 || load<u8>(p) != 0x3a) return false
  p++
  const number = p
  while (<u8>(load<u8>(p) - 0x30) < 10) p++
  if (p == number || p - number > 7 || load<u16>(p) != 0x3a5d || load<u8>(p + 2) != 0x20) return false
  p = behind(p + 3, RESPONSE, 21)
  if (p == 0) return false
  const method = p
  while (<u8>(load<u8>(p) - 0x41) < 26) p++
  if (!isMethod(method, p - method) || load<u8>(p) != 0x20) return false
  setField(METHOD, STRING, method, p - method)
  p++
  const endpoint = p
  while (load<u8>(p) > 0x20 && load<u8>(p) != BACKSLASH) p++
  if (!isPlainPath(endpoint, p - endpoint)) return false
  setField(ENDPOINT, STRING, endpoint, p - endpoint)
  p = behind(p, STATUS_IS, 11)
  if (p == 0) return false
  const status_end = readNumber(p)
  if (status_end == 0 || status_end - p > 9 || !isWhole(p, status_end - p)) return false
  setNumber(STATUS, p, status_end - p, lastNumber())
  p = behind(status_end, DURATION_IS, 13)
  if (p == 0) return false
  const duration_end = readNumber(p)
  if (duration_end == 0 || !isPlainNumber(p, duration_end) || load<u16>(duration_end) != 0x736d) return false
  setNumber(DURATION_MS, p, duration_end - p, lastNumber())
  setField(EVENT, STRING, API_CALL, 8)
  return duration_end + 2 == end
}

/** Of a function's name. */
function isPlace(byte: u8): bool {
  return <u8>((byte | 0x20) - 0x61) < 26 || <u8>(byte - 0x30) < 10 || byte == 0x5f
}

/** No sign and no exponent. */
function isPlainNumber(p: usize, end: usize): bool {
  if (end - p > 15) return false
  for (; p < end; p++) {
    const byte = load<u8>(p)
    if (<u8>(byte - 0x30) > 9 && byte != 0x2e) return false
  }
  return true
}
