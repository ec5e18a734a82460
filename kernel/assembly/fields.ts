// The keys that count, by number. The host registers their names: see src/analysis/kernel/fields.ts.

import { hashBytes, sameBytes } from './bytes'

export const TIMESTAMP = 0
export const LEVEL = 1
export const EVENT = 2
export const TASK_ID = 3
export const USER_ID = 4
export const WRITER = 5
export const SEQ = 6
export const MESSAGE = 7
export const METHOD = 8
export const ENDPOINT = 9
export const STATUS = 10
export const DURATION_MS = 11
export const ITEMS = 12
export const PAGE = 13
export const ATTEMPT = 14
export const REQUEST_COST = 15
export const RATE_LIMIT_REMAINING = 16
export const BYTES = 17
export const ERROR_TYPE = 18
export const COURSE_ID = 19
export const OPERATION = 20
export const ENTITY = 21
export const COUNT = 22
export const BATCH = 23
export const PERCENT = 24
export const ELAPSED_MS = 25
export const SYNC_TYPE = 26
/** A key nobody counts. */
export const UNKNOWN: i32 = -1
/** A key that says that the host has to read this line. */
export const FOREIGN: i32 = -2

/** Added to the field of a key that the earlier system's JSON formatter gives it: `extra_method`. */
export const LEGACY: i32 = 64
/** A key that only that formatter writes, and nobody counts. */
export const LEGACY_ONLY: i32 = 127

// What a value is.
export const ABSENT: u8 = 0
export const STRING: u8 = 1
export const NUMBER: u8 = 2
export const TRUE: u8 = 3
export const FALSE: u8 = 4
export const NULL: u8 = 5

const KIND: usize = memory.data(32, 16)
const START: usize = memory.data(32 * 4, 16)
const LENGTH: usize = memory.data(32 * 4, 16)
const VALUE: usize = memory.data(32 * 8, 16)

export function clearFields(): void {
  v128.store(KIND, i64x2.splat(0))
  v128.store(KIND + 16, i64x2.splat(0))
}

export function setField(field: i32, kind: u8, start: usize, length: usize): void {
  store<u8>(KIND + field, kind)
  store<usize>(START + ((<usize>field) << 2), start)
  store<u32>(LENGTH + ((<usize>field) << 2), <u32>length)
}

export function setNumber(field: i32, start: usize, length: usize, value: f64): void {
  setField(field, NUMBER, start, length)
  store<f64>(VALUE + ((<usize>field) << 3), value)
}

export function kindOf(field: i32): u8 {
  return load<u8>(KIND + field)
}

export function startOf(field: i32): usize {
  return load<usize>(START + ((<usize>field) << 2))
}

export function lengthOf(field: i32): usize {
  return load<u32>(LENGTH + ((<usize>field) << 2))
}

export function numberOf(field: i32): f64 {
  return load<f64>(VALUE + ((<usize>field) << 3))
}

export function setStart(field: i32, start: usize): void {
  store<usize>(START + ((<usize>field) << 2), start)
}

/** Has a value that lies in the bytes at `from` taken from a copy of them. */
export function moveStart(field: i32, from: usize, copy: usize): void {
  if (kindOf(field) != ABSENT) setStart(field, startOf(field) - from + copy)
}

/** Whether none behind `writer` is set. */
export function hasOnlyFirstFields(): bool {
  const kinds = v128.load(KIND)
  const behind = v128.and(kinds, i8x16(0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1))
  return !v128.any_true(v128.or(behind, v128.load(KIND + 16)))
}

const KEPT: usize = memory.data(96, 16)

/** Keeps what the first eight fields are, and that there are no others. */
export function keepFirstFields(): void {
  v128.store(KEPT, v128.load(KIND))
  v128.store(KEPT + 16, v128.load(START))
  v128.store(KEPT + 32, v128.load(START + 16))
  v128.store(KEPT + 48, v128.load(LENGTH))
  v128.store(KEPT + 64, v128.load(LENGTH + 16))
}

export function restoreFirstFields(): void {
  v128.store(KIND, v128.load(KEPT))
  v128.store(KIND + 16, i64x2.splat(0))
  v128.store(START, v128.load(KEPT + 16))
  v128.store(START + 16, v128.load(KEPT + 32))
  v128.store(LENGTH, v128.load(KEPT + 48))
  v128.store(LENGTH + 16, v128.load(KEPT + 64))
}

/** A string or a number: what can be a key of a group. */
export function isKey(field: i32): bool {
  const kind = kindOf(field)
  return kind == STRING || kind == NUMBER
}

// Keys, known and met. The last line's keys are remembered in their order: lines of one kind have the same, so that a
// key is compared with one candidate instead of being searched for.

const LONGEST_KEY: usize = 29
const MAX_KEYS: u32 = 1024
const SLOT_MASK: u32 = 4095
const KEY_BYTES: usize = 80

/** The text with its quotes and colon: `"event":`, to 32 bytes; then the mask of its length. */
const TEXT: usize = 0
const TEXT_MASK: usize = 32
const TEXT_LENGTH: usize = 64
const FIELD: usize = 68

const KEYS: usize = memory.data(1024 * 80, 16)
const SLOTS: usize = memory.data(4096 * 4, 16)
let key_count: u32 = 0

export const MAX_EXPECTED: usize = 64
const EXPECTED: usize = memory.data(64 * 4, 16)

/** Makes a key known; 0 for a name too long or one too many. */
export function registerKey(p: usize, length: usize, field: i32): usize {
  if (length > LONGEST_KEY || key_count == MAX_KEYS) return 0
  const key = KEYS + <usize>key_count * KEY_BYTES
  key_count++
  store<u8>(key, 0x22)
  memory.copy(key + 1, p, length)
  store<u16>(key + 1 + length, 0x3a22)
  memory.fill(key + TEXT_MASK, 0xff, length + 3)
  store<u32>(key + TEXT_LENGTH, <u32>length + 3)
  store<i32>(key + FIELD, field)
  let at = hashBytes(p, length) & SLOT_MASK
  while (load<usize>(SLOTS + ((<usize>at) << 2)) != 0) at = (at + 1) & SLOT_MASK
  store<usize>(SLOTS + ((<usize>at) << 2), key)
  return key
}

/** The key of a name, made when missing; 0 for what is not kept, which is then some unknown key. */
export function keyNamed(p: usize, length: usize): usize {
  if (length > LONGEST_KEY) return 0
  let at = hashBytes(p, length) & SLOT_MASK
  while (true) {
    const key = load<usize>(SLOTS + ((<usize>at) << 2))
    if (key == 0) return registerKey(p, length, isForeign(p, length) ? FOREIGN : UNKNOWN)
    if (load<u32>(key + TEXT_LENGTH) == <u32>length + 3 && sameBytes(key + 1, p, length)) return key
    at = (at + 1) & SLOT_MASK
  }
}

/** `extra_…` of the earlier system. */
export function isForeign(p: usize, length: usize): bool {
  return length >= 5 && load<u32>(p) == 0x72747865 && load<u8>(p + 4) == 0x61
}

/** The key at `p` if it is the one that stood at this place (0 for the first) of the line before; else 0. */
export function expectedKey(place: usize, p: usize): usize {
  const key = load<usize>(EXPECTED + (place << 2))
  if (key == 0) return 0
  const head = v128.and(v128.xor(v128.load(p), v128.load(key)), v128.load(key + TEXT_MASK))
  const tail = v128.and(v128.xor(v128.load(p + 16), v128.load(key + 16)), v128.load(key + TEXT_MASK + 16))
  return v128.any_true(v128.or(head, tail)) ? 0 : key
}

export function expect(place: usize, key: usize): void {
  if (place < MAX_EXPECTED) store<usize>(EXPECTED + (place << 2), key)
}

export function fieldOfKey(key: usize): i32 {
  return load<i32>(key + FIELD)
}

export function textLengthOf(key: usize): usize {
  return load<u32>(key + TEXT_LENGTH)
}
