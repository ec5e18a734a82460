// Errors that are the same but for ids, numbers and times; and the newest ones.

import { allocate, SCRATCH } from './memory'
import { appendMessagePattern, appendText } from './patterns'
import { EXAMPLE, EXAMPLE_LENGTH, FIRST_SEEN } from './table'
import { ERROR_TYPE, isKey, kindOf, lengthOf, MESSAGE, OPERATION, startOf, STRING } from './fields'

/** Between the parts of a fingerprint; no JSON string holds it unescaped. */
const SEPARATOR: u8 = 0x1f

/** Writes `error_type␟operation␟pattern` of the line's fields to the scratch memory; returns its length. */
export function fingerprint(): usize {
  let to = SCRATCH
  if (isKey(ERROR_TYPE)) to = appendText(to, startOf(ERROR_TYPE), lengthOf(ERROR_TYPE))
  store<u8>(to++, SEPARATOR)
  if (isKey(OPERATION)) to = appendText(to, startOf(OPERATION), lengthOf(OPERATION))
  store<u8>(to++, SEPARATOR)
  if (kindOf(MESSAGE) == STRING) to = appendMessagePattern(to, startOf(MESSAGE), lengthOf(MESSAGE))
  return to - SCRATCH
}

const LONGEST_EXAMPLE: usize = 262144
/** Of all examples together; fingerprints met later have none. */
let example_room: usize = 16777216

/**
 * Keeps the line as an entry's example if it is the earliest, so that it does not depend on who reads what first. Called
 * before the entry's times know the line.
 */
export function keepExample(entry: usize, time_ms: f64, line: usize, length: usize): void {
  const kept = <usize>load<u32>(entry + EXAMPLE_LENGTH)
  if (kept != 0 && time_ms >= load<f64>(entry + FIRST_SEEN)) return
  if (length > LONGEST_EXAMPLE) return
  if (kept < length) {
    if (length > example_room) return
    example_room -= length
    store<usize>(entry + EXAMPLE, allocate(length))
  }
  memory.copy(load<usize>(entry + EXAMPLE), line, length)
  store<u32>(entry + EXAMPLE_LENGTH, <u32>length)
}

/** More than are shown: copies among them are taken out later. */
const RECENT: usize = 24
// Of each: its time, and its line with the room that there is for one.
const TIME: usize = 0
const LINE: usize = 8
const LINE_LENGTH: usize = 12
const ROOM: usize = 16
const RECENT_BYTES: usize = 24

let recent: usize = 0
let oldest_ms: f64 = -Infinity

export function prepareRecent(): void {
  recent = allocate(RECENT_BYTES * RECENT)
  for (let i: usize = 0; i < RECENT; i++) store<f64>(recent + i * RECENT_BYTES + TIME, -Infinity)
}

/** 24 times: f64 time, u32 address and length of the line, u32 of no interest. */
export function recentAt(): usize {
  return recent
}

export function noteRecent(time_ms: f64, line: usize, length: usize): void {
  if (time_ms <= oldest_ms) return
  let place: usize = 0
  for (let i: usize = 1; i < RECENT; i++) {
    if (load<f64>(recent + i * RECENT_BYTES) < load<f64>(recent + place * RECENT_BYTES)) place = i
  }
  const slot = recent + place * RECENT_BYTES
  if (load<u32>(slot + ROOM) < <u32>length) {
    // Room is never given back, so it doubles: a handful of long lines must not cost their sum.
    const room = max<usize>(length, <usize>load<u32>(slot + ROOM) * 2)
    store<usize>(slot + LINE, allocate(room))
    store<u32>(slot + ROOM, <u32>room)
  }
  store<f64>(slot + TIME, time_ms)
  store<u32>(slot + LINE_LENGTH, <u32>length)
  memory.copy(load<usize>(slot + LINE), line, length)
  oldest_ms = Infinity
  for (let i: usize = 0; i < RECENT; i++) oldest_ms = min(oldest_ms, load<f64>(recent + i * RECENT_BYTES))
}
