// Lines that follow each other are mostly of one sync and one event: the same from behind the timestamp to `"seq":`.
// That part is kept, and a line that has it too is read from `seq` on.

import { sameBytes, sameLongBytes } from './bytes'
import {
  hasOnlyFirstFields,
  keepFirstFields,
  lengthOf,
  LEVEL,
  moveStart,
  restoreFirstFields,
  setStart,
  startOf,
  TIMESTAMP,
  WRITER,
} from './fields'
import { stopAt } from './stops'

const LONGEST: usize = 512
/** `{"timestamp":"` */
const HEAD: usize = 14
/** Where the timestamp's closing quote stands. */
const TIME_END: usize = 38
const COPY: usize = memory.data(512 + 32, 16)

let length: usize = 0
let stops: usize = 0
let current: u32 = 0
let kept: u32 = 0

/** Which prefix the line read last has; 0 for none. Lines with the same number have the same level to writer. */
export function prefixOfLine(): u32 {
  return current
}

export function forgetLine(): void {
  current = 0
}

/** Where the value of `seq` starts if the line at `start` has the prefix kept; its fields before it are set then. Else 0. */
export function behindPrefix(start: usize, first_stop: usize): usize {
  if (
    length == 0 ||
    stopAt(first_stop + 3) != start + TIME_END ||
    !sameBytes(start, COPY, HEAD) ||
    !sameLongBytes(start + TIME_END, COPY + TIME_END, length - TIME_END)
  ) {
    return 0
  }
  restoreFirstFields()
  setStart(TIMESTAMP, start + HEAD)
  current = kept
  return start + length
}

export function prefixStops(): usize {
  return stops
}

/** Keeps the line's beginning up to `at`, the value of `seq`, if it has its keys in the product's own order. */
export function keepPrefix(start: usize, at: usize, stops_before: usize): void {
  const bytes = at - start
  length = 0
  if (bytes > LONGEST || bytes < TIME_END + 16 || !hasOnlyFirstFields()) return
  if (startOf(TIMESTAMP) != start + HEAD || lengthOf(TIMESTAMP) != TIME_END - HEAD) return
  memory.copy(COPY, start, bytes)
  for (let field = LEVEL; field <= WRITER; field++) moveStart(field, start, COPY)
  keepFirstFields()
  length = bytes
  stops = stops_before
  kept++
  current = kept
}
