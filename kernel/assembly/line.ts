// One flat JSON object in one line → the fields. Strict: what is not certainly right is left to the host.

import { NEWLINE, QUOTE } from './bytes'
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
import { escapedEnd, hasNeedlessEscape, setEscapedEndpoint, stopBehindString } from './escapes'
import { isOddlyWritten, lastNumber, readNumber } from './number'
import { behindPrefix, forgetLine, keepPrefix, prefixStops } from './prefix'
import { stopAt } from './stops'

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
      // A key that is there twice: the line says something else than its prefix.
      if (<u32>field < <u32>SEQ && place > <usize>SEQ) forgetLine()
      if (field == SEQ && place == SEQ) keepPrefix(start, at, next_stop - first_stop)
      place++
    }
    let first = load<u8>(at)
    if (first == 0x20) {
      at = skipSpace(at)
      first = load<u8>(at)
    }
    if (first == QUOTE) {
      let end = stopAt(next_stop + 1)
      next_stop += 2
      if (load<u8>(end) != QUOTE) {
        end = escapedEnd(end, next_stop - 1)
        if (end == 0) return -1
        next_stop = stopBehindString()
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
        setNumber(field, at, end - at, lastNumber())
      }
      at = end
    } else {
      const end = readWord(at, field)
      if (end == 0) return -1
      at = end
    }
    let next = load<u8>(at)
    if (next == 0x20) {
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

/** Not tabs: they are stops, and whoever passed one by would take the next stop for another than it is. */
function skipSpace(p: usize): usize {
  while (load<u8>(p) == 0x20) p++
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

/** A field that groups are made by, whose number is told as it is written. */
function isKeyField(field: i32): bool {
  return field == STATUS || field == USER_ID || field == COURSE_ID || field == TASK_ID
}
