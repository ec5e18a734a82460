// What is counted of each stream besides the groups. The host reads these numbers by index: see
// src/analysis/kernel/read-counters.ts.

import { createHistogram } from './table'

export const OPERATIONS = 0
export const API_CALLS = 1
export const DATABASE = 2
export const ERRORS = 3
export const PROGRESS = 4
export const STREAM_COUNT = 5

export const LINES = 0
export const FAILED = 1
export const THROTTLED = 2
export const DEBUG_LINES = 3
export const INFO_LINES = 4
export const WARNING_LINES = 5
export const ERROR_LINES = 6
export const TIMED = 7
export const TOTAL_MS = 8
export const MIN_MS = 9
export const MAX_MS = 10
export const FIRST_SEEN = 11
export const LAST_SEEN = 12
export const PAGINATED = 13
export const RETRIED = 14
export const RECOVERED = 15
export const MAX_ATTEMPT = 16
export const COST_TOTAL = 17
export const COSTED = 18
export const COST_MAX = 19
export const REMAINING_MIN = 20
export const ITEMS = 21
export const BYTES = 22
export const RECORDS = 23
export const BATCHES = 24
export const OUT_OF_RANGE = 25
export const BLANK = 26
/** Of the period before. */
export const BEFORE_LINES = 27
export const BEFORE_FAILED = 28
export const BEFORE_THROTTLED = 29
export const BEFORE_TIMED = 30
export const BEFORE_TOTAL_MS = 31
/** Lines by form: of the host's numbering, from here. */
export const FORMS = 32
/** Lines of `api_calls` that tell of a call. */
export const CALLS = 36
export const COUNTERS = 40

const COUNTER_MEMORY: usize = memory.data(5 * 40 * 8, 16)
/** Two of each stream: of the period asked for, and of the one before. */
const HISTOGRAM_MEMORY: usize = memory.data(10 * 4, 16)

export function prepareStreams(): void {
  for (let stream = 0; stream < STREAM_COUNT; stream++) {
    const counters = countersOf(stream)
    store<f64>(counters + MIN_MS * 8, Infinity)
    store<f64>(counters + MAX_MS * 8, -Infinity)
    store<f64>(counters + FIRST_SEEN * 8, Infinity)
    store<f64>(counters + LAST_SEEN * 8, -Infinity)
    store<f64>(counters + MAX_ATTEMPT * 8, -Infinity)
    store<f64>(counters + COST_MAX * 8, -Infinity)
    store<f64>(counters + REMAINING_MIN * 8, Infinity)
    store<usize>(HISTOGRAM_MEMORY + stream * 8, createHistogram())
    store<usize>(HISTOGRAM_MEMORY + stream * 8 + 4, createHistogram())
  }
}

export function countersOf(stream: i32): usize {
  return COUNTER_MEMORY + <usize>stream * COUNTERS * 8
}

export function histogramOf(stream: i32, before: i32): usize {
  return load<usize>(HISTOGRAM_MEMORY + stream * 8 + before * 4)
}

export function add(counters: usize, counter: i32, value: f64): void {
  const at = counters + ((<usize>counter) << 3)
  store<f64>(at, load<f64>(at) + value)
}

export function lower(counters: usize, counter: i32, value: f64): void {
  const at = counters + ((<usize>counter) << 3)
  if (value < load<f64>(at)) store<f64>(at, value)
}

export function raise(counters: usize, counter: i32, value: f64): void {
  const at = counters + ((<usize>counter) << 3)
  if (value > load<f64>(at)) store<f64>(at, value)
}
