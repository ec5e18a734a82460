// The byte scanner: reads whole lines of JSON and counts them. See kernel/README.md.

import { allocate, reserveInput } from './memory'
import { prepareCounting, quarterTable, readLegacy, setRange } from './count'
import { prepareRecent, recentAt } from './errors'
import { registerKey } from './fields'
import { addDimension, prepareGroups } from './groups'
import { leftAt, leftCount, prepareScanning, scan } from './scan'
import { countersOf, histogramOf } from './streams'
import { firstEntry, refusedLines } from './table'
import { beginSegment, endSegment, prepareWriters, rangesAt } from './writers'

export {
  addDimension,
  beginSegment,
  countersOf,
  endSegment,
  firstEntry,
  histogramOf,
  leftAt,
  leftCount,
  quarterTable,
  rangesAt,
  readLegacy,
  recentAt,
  refusedLines,
  scan,
  setRange,
}

const HOST_BYTES: usize = 262144

let host: usize = 0

/** Call once, first. Returns where the host puts its blocks. */
export function prepare(input_bytes: u32): usize {
  const input = reserveInput(input_bytes)
  host = allocate(HOST_BYTES)
  prepareScanning()
  prepareCounting()
  prepareGroups()
  prepareWriters()
  prepareRecent()
  return input
}

/** Where the host puts a key to register, or a line that it has read itself. */
export function hostBuffer(): usize {
  return host
}

export function register(length: u32, field: i32): void {
  registerKey(host, length, field)
}
