// Groups of lines by a key: an open hash table whose entries never move, so that the host can walk them.

import { allocate } from './memory'
import { hashBytes, sameBytes } from './bytes'

// A table.
const SLOTS: usize = 0
const MASK: usize = 4
const COUNT: usize = 8
const LIMIT: usize = 12
const FIRST: usize = 16
const LAST_ADDED: usize = 20
const LATEST: usize = 24
const HISTOGRAMS: usize = 28
/** Lines whose key found no room. */
const REFUSED: usize = 32
const TABLE_BYTES: usize = 40

// An entry. The host reads these offsets: see src/analysis/kernel/read-table.ts.
export const KEY: usize = 0
export const KEY_LENGTH: usize = 4
export const NEXT: usize = 8
export const HISTOGRAM: usize = 12
export const LINES: usize = 16
export const FAILED: usize = 24
export const TIMED: usize = 32
export const TOTAL_MS: usize = 40
export const MIN_MS: usize = 48
export const MAX_MS: usize = 56
export const FIRST_SEEN: usize = 64
export const LAST_SEEN: usize = 72
/** The sum of `count` (operations, database); of progress the newest `percent`. */
export const AMOUNT: usize = 80
/**
 * Of progress the newest `elapsed_ms`; of operations the longest duration of a sync that ended; of writers the highest `seq`.
 */
export const AMOUNT_2: usize = 88
export const FLAGS: usize = 96
export const EXAMPLE: usize = 100
export const EXAMPLE_LENGTH: usize = 104
const HASH: usize = 108
const ENTRY_BYTES: usize = 112

const FIRST_SLOTS: u32 = 64

/** Bytes that keys may still take: each may be as long as a line. */
let key_room: usize = 64 << 20

/** @param histograms how many entries may have a histogram; @param limit entries at most */
export function createTable(limit: u32, histograms: u32): usize {
  const table = allocate(TABLE_BYTES)
  store<usize>(table + SLOTS, allocate(FIRST_SLOTS * 4))
  store<u32>(table + MASK, FIRST_SLOTS - 1)
  store<u32>(table + LIMIT, limit)
  store<u32>(table + HISTOGRAMS, histograms)
  return table
}

export function firstEntry(table: usize): usize {
  return load<usize>(table + FIRST)
}

export function refusedLines(table: usize): f64 {
  return load<f64>(table + REFUSED)
}

/** The entry of a key, made when missing; 0 when the table is full, or the room for keys. */
export function entryOf(table: usize, key: usize, length: usize, weight: f64): usize {
  const latest = load<usize>(table + LATEST)
  // Lines that follow each other mostly are of the same task, user and event.
  if (
    latest != 0 &&
    load<u32>(latest + KEY_LENGTH) == <u32>length &&
    sameBytes(load<usize>(latest + KEY), key, length)
  ) {
    return latest
  }
  const hash = hashBytes(key, length)
  const mask = load<u32>(table + MASK)
  const slots = load<usize>(table + SLOTS)
  let at = hash & mask
  while (true) {
    const entry = load<usize>(slots + ((<usize>at) << 2))
    if (entry == 0) break
    if (
      load<u32>(entry + HASH) == hash &&
      load<u32>(entry + KEY_LENGTH) == <u32>length &&
      sameBytes(load<usize>(entry + KEY), key, length)
    ) {
      store<usize>(table + LATEST, entry)
      return entry
    }
    at = (at + 1) & mask
  }
  return addEntry(table, key, length, hash, weight)
}

function addEntry(table: usize, key: usize, length: usize, hash: u32, weight: f64): usize {
  const count = load<u32>(table + COUNT)
  if (count >= load<u32>(table + LIMIT) || length > key_room) {
    store<f64>(table + REFUSED, load<f64>(table + REFUSED) + weight)
    return 0
  }
  key_room -= length
  const entry = allocate(ENTRY_BYTES)
  const copy = allocate(length + 8)
  memory.copy(copy, key, length)
  store<usize>(entry + KEY, copy)
  store<u32>(entry + KEY_LENGTH, <u32>length)
  store<u32>(entry + HASH, hash)
  store<f64>(entry + MIN_MS, Infinity)
  store<f64>(entry + MAX_MS, -Infinity)
  store<f64>(entry + FIRST_SEEN, Infinity)
  store<f64>(entry + LAST_SEEN, -Infinity)
  const last = load<usize>(table + LAST_ADDED)
  if (last == 0) store<usize>(table + FIRST, entry)
  else store<usize>(last + NEXT, entry)
  store<usize>(table + LAST_ADDED, entry)
  store<usize>(table + LATEST, entry)
  store<u32>(table + COUNT, count + 1)
  if ((count + 1) * 2 > load<u32>(table + MASK)) grow(table)
  else insert(load<usize>(table + SLOTS), load<u32>(table + MASK), entry)
  const histograms = load<u32>(table + HISTOGRAMS)
  if (histograms > 0) {
    store<u32>(table + HISTOGRAMS, histograms - 1)
    store<usize>(entry + HISTOGRAM, createHistogram())
  }
  return entry
}

function grow(table: usize): void {
  const mask = load<u32>(table + MASK) * 2 + 1
  const slots = allocate((<usize>mask + 1) << 2)
  store<usize>(table + SLOTS, slots)
  store<u32>(table + MASK, mask)
  for (let entry = load<usize>(table + FIRST); entry != 0; entry = load<usize>(entry + NEXT))
    insert(slots, mask, entry)
}

function insert(slots: usize, mask: u32, entry: usize): void {
  let at = load<u32>(entry + HASH) & mask
  while (load<usize>(slots + ((<usize>at) << 2)) != 0) at = (at + 1) & mask
  store<usize>(slots + ((<usize>at) << 2), entry)
}

/** Buckets of durations: exact below 128 µs, then 128 to an octave (0.8 % wide), up to 2^41 µs (25 days). */
export const BUCKETS: u32 = 35 * 128 + 128

export function createHistogram(): usize {
  return allocate((<usize>BUCKETS) << 2)
}

export function addToHistogram(histogram: usize, duration_ms: f64, weight: i32): void {
  let microseconds = <u64>nearest(max(0, min(duration_ms * 1000, 2199023255551)))
  let bucket: u32
  if (microseconds < 128) {
    bucket = <u32>microseconds
  } else {
    const octave = <u32>(63 - clz(microseconds))
    bucket = (octave - 6) * 128 + ((<u32>(microseconds >> (octave - 7))) & 127)
  }
  const at = histogram + ((<usize>bucket) << 2)
  store<i32>(at, load<i32>(at) + weight)
}

/**
 * A duration to the nearest 2^-20 ms: sums of such are exact up to 99 days, so that they do not depend on the order in
 * which threads add them.
 */
export function summable(duration_ms: f64): f64 {
  return nearest(duration_ms * 1048576) / 1048576
}
