// Which lines were seen, as ranges of `seq` by writer: the host compares the ranges of all files to find copies.

import { allocate } from './memory'
import { AMOUNT, AMOUNT_2, createTable, entryOf, FLAGS, KEY, KEY_LENGTH } from './table'

const MAX_WRITERS: u32 = 100000
const MAX_RANGES: u32 = 65536
const RANGE_BYTES: usize = 24
/** The host gets the name with every range. */
const LONGEST_NAME: usize = 256

let writers: usize = 0
let ranges: usize = 0
let range_count: u32 = 0
let overflowed: bool = false
let segment: u32 = 0
let active: usize = 0
let active_count: u32 = 0

export function prepareWriters(): void {
  writers = createTable(MAX_WRITERS, 0)
  ranges = allocate(<usize>MAX_RANGES * RANGE_BYTES)
  active = allocate(<usize>MAX_WRITERS * 4)
}

export function beginSegment(): void {
  segment++
  range_count = 0
  active_count = 0
  overflowed = false
}

/** Notes a line. `seq` of a writer rises through a file; where it does not, a new range begins. */
export function noteWriter(writer: usize, length: usize, seq: f64): void {
  const entry: usize = length > LONGEST_NAME ? 0 : entryOf(writers, writer, length, 1)
  if (entry == 0) {
    overflowed = true
    return
  }
  if (load<u32>(entry + FLAGS) != segment) {
    store<u32>(entry + FLAGS, segment)
    store<usize>(active + ((<usize>active_count) << 2), entry)
    active_count++
    store<f64>(entry + AMOUNT, seq)
  } else if (seq <= load<f64>(entry + AMOUNT_2)) {
    closeRange(entry)
    store<f64>(entry + AMOUNT, seq)
  }
  store<f64>(entry + AMOUNT_2, seq)
}

function closeRange(entry: usize): void {
  if (range_count >= MAX_RANGES) {
    overflowed = true
    return
  }
  const range = ranges + <usize>range_count * RANGE_BYTES
  store<usize>(range, load<usize>(entry + KEY))
  store<u32>(range + 4, load<u32>(entry + KEY_LENGTH))
  store<f64>(range + 8, load<f64>(entry + AMOUNT))
  store<f64>(range + 16, load<f64>(entry + AMOUNT_2))
  range_count++
}

/** How many ranges the segment has; -1 when there were more than are kept. */
export function endSegment(): i32 {
  for (let i: u32 = 0; i < active_count; i++) closeRange(load<usize>(active + ((<usize>i) << 2)))
  return overflowed ? -1 : <i32>range_count
}

export function rangesAt(): usize {
  return ranges
}
