// What a line counts for.

import {
  ATTEMPT,
  BATCH,
  BYTES,
  COUNT,
  DURATION_MS,
  ERROR_TYPE,
  isKey,
  ITEMS,
  kindOf,
  lengthOf,
  LEVEL,
  METHOD,
  NUMBER,
  numberOf,
  PAGE,
  RATE_LIMIT_REMAINING,
  REQUEST_COST,
  SEQ,
  startOf,
  STATUS,
  STRING,
  TIMESTAMP,
  TRUE,
  WRITER,
} from './fields'
import { isLegacyLine } from './line'
import { isLegacyCall, readCallText, readLegacyTime } from './legacy'
import { NO_TIME, readTime } from './time'
import { countInGroups, isEnd } from './groups'
import { noteRecent } from './errors'
import { noteWriter } from './writers'
import * as streams from './streams'
import { add, histogramOf, lower, raise } from './streams'
import * as table from './table'
import { addToHistogram, createTable, entryOf, summable } from './table'

/** Of the host's numbering. */
const FORM_PYTHON_JSON = 1
const FORM_PYTHON_TEXT = 2
let since_ms: f64 = -Infinity
let until_ms: f64 = Infinity
let before_ms: f64 = Infinity
let reads_legacy: bool = false
let quarters: usize = 0
let quarter: i64 = i64.MIN_VALUE
let quarter_stream: i32 = -1
let quarter_entry: usize = 0

/** Whether times of the earlier system are UTC, so that its lines can be read here. */
export function readLegacy(yes: bool): void {
  reads_legacy = yes
}

/** `since ≤ t < until` counts; `before ≤ t < since` is the period before. */
export function setRange(before: f64, since: f64, until: f64): void {
  before_ms = before
  since_ms = since
  until_ms = until
}

/** Quarters of an hour: the key is the stream (1 byte) and the number since the epoch (8 bytes). */
export function quarterTable(): usize {
  return quarters
}

/** A line of text of the earlier system, which says no more than of one call. */
export function countCallText(counters: usize, p: usize, end: usize, stream: i32, weight: f64): bool {
  if (stream != streams.API_CALLS || !reads_legacy || !readCallText(p, end)) return false
  const time_ms = readLegacyTime(startOf(TIMESTAMP), lengthOf(TIMESTAMP))
  return time_ms != NO_TIME && countAt(time_ms, counters, p, end - p, stream, weight, FORM_PYTHON_TEXT)
}

/** 0 DEBUG to 3 ERROR; -1 for another word. */
function levelRank(): i32 {
  if (kindOf(LEVEL) != STRING) return -1
  const p = startOf(LEVEL)
  const length = lengthOf(LEVEL)
  const word = load<u32>(p)
  if (length == 4) return word == 0x4f464e49 ? 1 : -1
  if (length == 5) {
    if (word == 0x4f525245 && load<u8>(p + 4) == 0x52) return 3
    return word == 0x55424544 && load<u8>(p + 4) == 0x47 ? 0 : -1
  }
  return length == 7 && word == 0x4e524157 && load<u32>(p + 3) == 0x474e494e ? 2 : -1
}

/** `throttled` */
function isThrottledType(): bool {
  if (kindOf(ERROR_TYPE) != STRING || lengthOf(ERROR_TYPE) != 9) return false
  const p = startOf(ERROR_TYPE)
  return load<u64>(p) == 0x656c74746f726874 && load<u8>(p + 8) == 0x64
}

export function countLine(
  counters: usize,
  line: usize,
  length: usize,
  stream: i32,
  weight: f64,
  form: i32,
): bool {
  if (kindOf(TIMESTAMP) != STRING) return false
  if (isLegacyLine()) {
    if (stream != streams.API_CALLS || !reads_legacy || !isLegacyCall()) return false
    const legacy_ms = readLegacyTime(startOf(TIMESTAMP), lengthOf(TIMESTAMP))
    return (
      legacy_ms != NO_TIME && countAt(legacy_ms, counters, line, length, stream, weight, FORM_PYTHON_JSON)
    )
  }
  const time_ms = readTime(startOf(TIMESTAMP), lengthOf(TIMESTAMP))
  return time_ms != NO_TIME && countAt(time_ms, counters, line, length, stream, weight, form)
}

function countAt(
  time_ms: f64,
  counters: usize,
  line: usize,
  length: usize,
  stream: i32,
  weight: f64,
  form: i32,
): bool {
  const level = levelRank()
  if (level < 0) return false
  const has_status = kindOf(STATUS) == NUMBER
  const status = has_status ? numberOf(STATUS) : 0
  // A line of a wait for Canvas's throttle is in this stream too; only what has a method is a call.
  const is_call = stream != streams.API_CALLS || isKey(METHOD)
  const failed = level == 3 || isKey(ERROR_TYPE) || status >= 400
  const throttled = is_call && (status == 429 || isThrottledType())
  const has_duration = kindOf(DURATION_MS) == NUMBER
  const duration_ms = has_duration ? numberOf(DURATION_MS) : 0
  if (time_ms < since_ms || time_ms >= until_ms) {
    if (time_ms >= before_ms && time_ms < since_ms) {
      if (weight > 0) noteIdentity()
      if (is_call) countBefore(counters, stream, failed, throttled, has_duration, duration_ms, weight)
      else add(counters, streams.OUT_OF_RANGE, weight)
    } else {
      add(counters, streams.OUT_OF_RANGE, weight)
    }
    return true
  }
  if (weight > 0) noteIdentity()
  add(counters, streams.LINES, weight)
  add(counters, streams.DEBUG_LINES + level, weight)
  add(counters, streams.FORMS + form, weight)
  if (failed && is_call) add(counters, streams.FAILED, weight)
  if (throttled) add(counters, streams.THROTTLED, weight)
  lower(counters, streams.FIRST_SEEN, time_ms)
  raise(counters, streams.LAST_SEEN, time_ms)
  // Of operations only the ends of syncs are durations worth comparing.
  if (has_duration && (stream != streams.OPERATIONS || isEnd())) {
    add(counters, streams.TIMED, weight)
    add(counters, streams.TOTAL_MS, summable(duration_ms) * weight)
    lower(counters, streams.MIN_MS, duration_ms)
    raise(counters, streams.MAX_MS, duration_ms)
    addToHistogram(histogramOf(stream, 0), duration_ms, <i32>weight)
  }
  if (stream == streams.API_CALLS && is_call) countCall(counters, failed, weight)
  else if (stream == streams.DATABASE) countOperation(counters, weight)
  else if (stream == streams.ERRORS && weight > 0) noteRecent(time_ms, line, length)
  if (is_call) countQuarter(stream, time_ms, failed, throttled, has_duration, duration_ms, weight)
  countInGroups(stream, line, length, time_ms, is_call, failed, has_duration, duration_ms, weight)
  return true
}

function noteIdentity(): void {
  if (kindOf(WRITER) == STRING && kindOf(SEQ) == NUMBER)
    noteWriter(startOf(WRITER), lengthOf(WRITER), numberOf(SEQ))
}

function countBefore(
  counters: usize,
  stream: i32,
  failed: bool,
  throttled: bool,
  has_duration: bool,
  duration_ms: f64,
  weight: f64,
): void {
  add(counters, streams.BEFORE_LINES, weight)
  if (failed) add(counters, streams.BEFORE_FAILED, weight)
  if (throttled) add(counters, streams.BEFORE_THROTTLED, weight)
  if (!has_duration) return
  add(counters, streams.BEFORE_TIMED, weight)
  add(counters, streams.BEFORE_TOTAL_MS, summable(duration_ms) * weight)
  addToHistogram(histogramOf(stream, 1), duration_ms, <i32>weight)
}

function countCall(counters: usize, failed: bool, weight: f64): void {
  add(counters, streams.CALLS, weight)
  if (kindOf(PAGE) == NUMBER && numberOf(PAGE) >= 2) add(counters, streams.PAGINATED, weight)
  if (kindOf(ATTEMPT) == NUMBER) {
    const attempt = numberOf(ATTEMPT)
    raise(counters, streams.MAX_ATTEMPT, attempt)
    if (attempt > 1) {
      add(counters, streams.RETRIED, weight)
      if (!failed) add(counters, streams.RECOVERED, weight)
    }
  }
  if (kindOf(REQUEST_COST) == NUMBER) {
    const cost = numberOf(REQUEST_COST)
    add(counters, streams.COST_TOTAL, cost * weight)
    add(counters, streams.COSTED, weight)
    raise(counters, streams.COST_MAX, cost)
  }
  if (kindOf(RATE_LIMIT_REMAINING) == NUMBER)
    lower(counters, streams.REMAINING_MIN, numberOf(RATE_LIMIT_REMAINING))
  if (kindOf(ITEMS) == NUMBER) add(counters, streams.ITEMS, numberOf(ITEMS) * weight)
  if (kindOf(BYTES) == NUMBER) add(counters, streams.BYTES, numberOf(BYTES) * weight)
}

function countOperation(counters: usize, weight: f64): void {
  if (kindOf(COUNT) == NUMBER) add(counters, streams.RECORDS, numberOf(COUNT) * weight)
  if (kindOf(BATCH) == TRUE) add(counters, streams.BATCHES, weight)
}

const QUARTER_KEY: usize = memory.data(16, 16)

function countQuarter(
  stream: i32,
  time_ms: f64,
  failed: bool,
  throttled: bool,
  has_duration: bool,
  duration_ms: f64,
  weight: f64,
): void {
  const number = <i64>floor(time_ms / 900000)
  if (number != quarter || stream != quarter_stream) {
    store<u8>(QUARTER_KEY, <u8>stream)
    store<i64>(QUARTER_KEY + 1, number)
    quarter_entry = entryOf(quarters, QUARTER_KEY, 9, weight)
    quarter = number
    quarter_stream = stream
  }
  const entry = quarter_entry
  if (entry == 0) return
  store<f64>(entry + table.LINES, load<f64>(entry + table.LINES) + weight)
  if (failed) store<f64>(entry + table.FAILED, load<f64>(entry + table.FAILED) + weight)
  if (throttled) store<f64>(entry + table.AMOUNT, load<f64>(entry + table.AMOUNT) + weight)
  if (!has_duration) return
  store<f64>(entry + table.TIMED, load<f64>(entry + table.TIMED) + weight)
  store<f64>(entry + table.TOTAL_MS, load<f64>(entry + table.TOTAL_MS) + summable(duration_ms) * weight)
}

/** Call once, before anything is counted. */
export function prepareCounting(): void {
  quarters = createTable(1000000, 0)
  streams.prepareStreams()
}
