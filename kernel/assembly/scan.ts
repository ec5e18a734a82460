// Whole lines, one after the other: counted, blank, or left to the host.

import { allocate } from './memory'
import { lineEnd, NEWLINE } from './bytes'
import { countCallText, countLine } from './count'
import { readLine } from './line'
import { CHUNK_BYTES, indexStops, LONGEST_LINE, stopAt } from './stops'
import * as streams from './streams'
import { add, countersOf } from './streams'

/** A chunk may add as many as it has bytes. */
const MAX_LEFT: u32 = 32768 + 131072

/** Lines left to the host: start and length of each. */
let left: usize = 0

let left_count: u32 = 0

export function leftAt(): usize {
  return left
}

export function leftCount(): u32 {
  return left_count
}

/**
 * Counts whole lines from `p` to before `end`, each `weight` times. Stops early when the list of lines left to the
 * host is full; returns where it stopped.
 */
export function scan(p: usize, end: usize, stream: i32, weight: f64, form: i32): usize {
  const counters = countersOf(stream)
  left_count = 0
  let chunk_bytes = CHUNK_BYTES
  while (p < end) {
    const chunk_end = min(p + chunk_bytes, end)
    const stops = indexStops(p, chunk_end)
    const behind = scanChunk(counters, p, stops, stream, weight, form)
    if (behind != p) {
      p = behind
      chunk_bytes = CHUNK_BYTES
    } else if (chunk_end == end || chunk_bytes == LONGEST_LINE) {
      // A line longer than any of ours.
      const stop = lineEnd(p)
      leave(p, stop)
      p = stop + 1
    } else {
      chunk_bytes = LONGEST_LINE
    }
    if (left_count > 32768) return p
  }
  return p
}

/** The lines that end in the chunk; returns where the first other one starts. */
function scanChunk(counters: usize, p: usize, stops: usize, stream: i32, weight: f64, form: i32): usize {
  let stop: usize = 0
  // The last newline of the chunk: a line behind it is not whole.
  let last = stops
  while (last > 0 && load<u8>(stopAt(last - 1)) != NEWLINE) last--
  while (stop < last) {
    const newline = readLine(p, stop)
    if (
      newline >= 0 &&
      <usize>newline < last &&
      countLine(counters, p, stopAt(newline) - p, stream, weight, form)
    ) {
      stop = newline
    } else {
      while (load<u8>(stopAt(stop)) != NEWLINE) stop++
      const line_end = stopAt(stop)
      if (isBlank(p, line_end)) add(counters, streams.BLANK, weight)
      else if (!countCallText(counters, p, line_end, stream, weight)) leave(p, line_end)
    }
    p = stopAt(stop) + 1
    stop++
  }
  return p
}

function leave(line: usize, end: usize): void {
  const at = left + ((<usize>left_count) << 3)
  store<u32>(at, <u32>line)
  store<u32>(at + 4, <u32>(end - line))
  left_count++
}

function isBlank(p: usize, end: usize): bool {
  while (p < end) {
    const byte = load<u8>(p)
    if (byte != 0x20 && byte != 0x09 && byte != 0x0d) return false
    p++
  }
  return true
}

/** Call once, before anything is scanned. */
export function prepareScanning(): void {
  left = allocate(<usize>MAX_LEFT * 8)
}
