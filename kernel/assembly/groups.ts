// The groups that a line of a stream counts in, and how it counts.

import { SCRATCH } from './memory'
import { prefixOfLine } from './prefix'
import { endpointPattern } from './patterns'
import { fingerprint, keepExample } from './errors'
import {
  COUNT,
  ELAPSED_MS,
  ENDPOINT,
  EVENT,
  isKey,
  kindOf,
  lengthOf,
  NUMBER,
  numberOf,
  PERCENT,
  startOf,
  STATUS,
  STRING,
  WRITER,
} from './fields'
import {
  addToHistogram,
  AMOUNT,
  AMOUNT_2,
  createTable,
  entryOf,
  FAILED,
  FIRST_SEEN,
  FLAGS,
  HISTOGRAM,
  LAST_SEEN,
  LINES,
  MAX_MS,
  MIN_MS,
  TIMED,
  TOTAL_MS,
  summable,
} from './table'
import { DATABASE, OPERATIONS, PROGRESS, STREAM_COUNT } from './streams'

/** Keys that are made, not read. */
export const ENDPOINT_PATTERN = 40
export const FINGERPRINT = 41
/** The status of a sync that ended. */
export const END_STATUS = 42

const MAX_DIMENSIONS = 16
/** Of each stream 16 times: field, table, and for a prefix the entry that lines with it count in. */
const DIMENSION_BYTES: i32 = 16
const DIMENSIONS: usize = memory.data(5 * 16 * 16, 16)
const DIMENSION_COUNT: usize = memory.data(5 * 4, 16)

let endpoints: usize = 0

export function prepareGroups(): void {
  for (let stream = 0; stream < STREAM_COUNT; stream++) store<i32>(DIMENSION_COUNT + stream * 4, 0)
  endpoints = createTable(50000, 0)
}

export function addDimension(stream: i32, field: i32, limit: u32, histograms: u32): usize {
  const count = load<i32>(DIMENSION_COUNT + stream * 4)
  if (count == MAX_DIMENSIONS) unreachable()
  const at = DIMENSIONS + (stream * MAX_DIMENSIONS + count) * DIMENSION_BYTES
  const table = createTable(limit, histograms)
  store<i32>(at, field)
  store<usize>(at + 4, table)
  store<i32>(DIMENSION_COUNT + stream * 4, count + 1)
  return table
}

/** Of a task in operations: it started, it ended. */
const STARTED: u32 = 1
const ENDED: u32 = 2

export function countInGroups(
  stream: i32,
  start: usize,
  length: usize,
  time_ms: f64,
  is_call: bool,
  failed: bool,
  has_duration: bool,
  duration_ms: f64,
  weight: f64,
): void {
  const count = load<i32>(DIMENSION_COUNT + stream * 4)
  let dimension = DIMENSIONS + stream * MAX_DIMENSIONS * DIMENSION_BYTES
  let amount: f64 = 0
  let ended = false
  let started = false
  if (stream == OPERATIONS) {
    amount = kindOf(COUNT) == NUMBER ? numberOf(COUNT) : isCourse() ? 1 : 0
    ended = isEnd()
    started = isStart()
  } else if (stream == DATABASE) {
    amount = kindOf(COUNT) == NUMBER ? numberOf(COUNT) : 0
  }
  for (let i = 0; i < count; i++, dimension += DIMENSION_BYTES) {
    const field = load<i32>(dimension)
    const table = load<usize>(dimension + 4)
    let entry: usize = 0
    if (!is_call && field != EVENT) continue
    if (field < ENDPOINT_PATTERN) {
      if (!isKey(field)) continue
      if (field > WRITER) {
        entry = entryOf(table, startOf(field), lengthOf(field), weight)
      } else {
        const prefix = prefixOfLine()
        if (prefix != 0 && load<u32>(dimension + 12) == prefix) {
          entry = load<u32>(dimension + 8)
        } else {
          entry = entryOf(table, startOf(field), lengthOf(field), weight)
          store<u32>(dimension + 8, <u32>entry)
          // A full table counts what it refuses.
          store<u32>(dimension + 12, entry == 0 ? 0 : prefix)
        }
      }
    } else if (field == ENDPOINT_PATTERN) {
      if (kindOf(ENDPOINT) != STRING) continue
      entry = entryOfEndpoint(table, startOf(ENDPOINT), lengthOf(ENDPOINT), weight)
    } else if (field == FINGERPRINT) {
      entry = entryOf(table, SCRATCH, fingerprint(), weight)
      if (entry != 0 && weight > 0) keepExample(entry, time_ms, start, length)
    } else {
      if (!ended) continue
      // The earlier system told how a sync ended by the event alone: `sync_failed`.
      entry = isKey(STATUS)
        ? entryOf(table, startOf(STATUS), lengthOf(STATUS), weight)
        : entryOf(table, startOf(EVENT) + 5, lengthOf(EVENT) - 5, weight)
    }
    if (entry == 0) continue
    store<f64>(entry + LINES, load<f64>(entry + LINES) + weight)
    if (failed) store<f64>(entry + FAILED, load<f64>(entry + FAILED) + weight)
    if (has_duration) {
      store<f64>(entry + TIMED, load<f64>(entry + TIMED) + weight)
      store<f64>(entry + TOTAL_MS, load<f64>(entry + TOTAL_MS) + summable(duration_ms) * weight)
      if (duration_ms < load<f64>(entry + MIN_MS)) store<f64>(entry + MIN_MS, duration_ms)
      if (duration_ms > load<f64>(entry + MAX_MS)) store<f64>(entry + MAX_MS, duration_ms)
      const histogram = load<usize>(entry + HISTOGRAM)
      if (histogram != 0) addToHistogram(histogram, duration_ms, <i32>weight)
    }
    if (stream == PROGRESS) {
      if (time_ms >= load<f64>(entry + LAST_SEEN)) noteProgress(entry)
    } else if (amount != 0) {
      store<f64>(entry + AMOUNT, load<f64>(entry + AMOUNT) + amount * weight)
    }
    if (ended && has_duration && duration_ms > load<f64>(entry + AMOUNT_2)) {
      store<f64>(entry + AMOUNT_2, duration_ms)
    }
    if (started) store<u32>(entry + FLAGS, load<u32>(entry + FLAGS) | STARTED)
    if (ended) store<u32>(entry + FLAGS, load<u32>(entry + FLAGS) | ENDED)
    // A copy that is taken out was seen where it was counted.
    if (weight < 0) continue
    if (time_ms < load<f64>(entry + FIRST_SEEN)) store<f64>(entry + FIRST_SEEN, time_ms)
    if (time_ms > load<f64>(entry + LAST_SEEN)) store<f64>(entry + LAST_SEEN, time_ms)
  }
}

/** Endpoints as written are many, but less than lines: each is made a pattern once. */
function entryOfEndpoint(table: usize, endpoint: usize, length: usize, weight: f64): usize {
  const known = entryOf(endpoints, endpoint, length, weight)
  if (known != 0) {
    const entry = load<u32>(known + FLAGS)
    if (entry != 0) return entry
  }
  const pattern_length = endpointPattern(endpoint, length)
  const entry = entryOf(table, SCRATCH, pattern_length, weight)
  if (known != 0) store<u32>(known + FLAGS, <u32>entry)
  return entry
}

/** The newest state of a task; -1 for what the line does not say. */
function noteProgress(entry: usize): void {
  store<f64>(entry + AMOUNT, kindOf(PERCENT) == NUMBER ? numberOf(PERCENT) : -1)
  store<f64>(entry + AMOUNT_2, kindOf(ELAPSED_MS) == NUMBER ? numberOf(ELAPSED_MS) : -1)
}

/** `course_synced`: one course, when it does not say how many. */
function isCourse(): bool {
  if (kindOf(EVENT) != STRING || lengthOf(EVENT) != 13) return false
  const p = startOf(EVENT)
  return load<u64>(p) == 0x735f657372756f63 && load<u64>(p + 5) == 0x6465636e79735f65
}

/** `sync_started` */
function isStart(): bool {
  if (kindOf(EVENT) != STRING || lengthOf(EVENT) != 12) return false
  const p = startOf(EVENT)
  return load<u64>(p) == 0x6174735f636e7973 && load<u32>(p + 8) == 0x64657472
}

/** `sync_completed`, `sync_partial`, `sync_failed`, `sync_cancelled`, `sync_lost`, `sync_timed_out`. */
export function isEnd(): bool {
  if (kindOf(EVENT) != STRING) return false
  const length = lengthOf(EVENT)
  const p = startOf(EVENT)
  if (length < 9 || load<u32>(p) != 0x636e7973 || load<u8>(p + 4) != 0x5f) return false
  const word = load<u32>(p + 5)
  if (length == 14) {
    const letters = load<u64>(p + 5)
    const last = load<u8>(p + 13)
    if (last == 0x74) return letters == 0x756f5f64656d6974
    return last == 0x64 && (letters == 0x6574656c706d6f63 || letters == 0x656c6c65636e6163)
  }
  if (length == 12) return word == 0x74726170 && load<u32>(p + 8) == 0x6c616974
  if (length == 11) return word == 0x6c696166 && load<u32>(p + 7) == 0x64656c69
  return length == 9 && word == 0x74736f6c
}
