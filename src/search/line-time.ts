import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { quickTimestamp } from '../logs/reading/quick-timestamp.ts'
import { DISORDER_MS } from '../logs/reading/seek-time.ts'

const NEWLINE = 10
/** Lines with a time that are looked at: a single one may have a wrong time. */
const LOOKED_AT = 8
/** A few lines in no known form may stand at the edge of a block. */
const MAX_TRIES = 50
/** When clocks are set back, times of day without a zone go back with them. */
const ZONE_DISORDER_MS = 3_600_000

/** How much later than a line behind it a line of one file may say that it was written; as `seekTime` has it. */
export function disorderOf(zone: LegacyZone): number {
  return DISORDER_MS + (zone.name === 'UTC' ? 0 : ZONE_DISORDER_MS)
}

/** Of some lines next to each other. */
export interface TimeSpan {
  readonly earliest_ms: number
  readonly latest_ms: number
}

/** The times of the first lines of the block; undefined when they have none. */
export function firstTimes(block: Buffer, zone: LegacyZone): TimeSpan | undefined {
  const times: number[] = []
  for (let start = 0, tries = 0; start < block.length && tries < MAX_TRIES; tries++) {
    const newline = block.indexOf(NEWLINE, start)
    const end = newline === -1 ? block.length : newline
    const time_ms = quickTimestamp(block, start, end, zone)
    if (time_ms !== undefined && times.push(time_ms) === LOOKED_AT) break
    start = end + 1
  }
  return spanOf(times)
}

/** The times of the last lines of the block; undefined when they have none. */
export function lastTimes(block: Buffer, zone: LegacyZone): TimeSpan | undefined {
  const times: number[] = []
  for (let after = block.length, tries = 0; after > 0 && tries < MAX_TRIES; tries++) {
    const end = block[after - 1] === NEWLINE ? after - 1 : after
    const start = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1
    const time_ms = quickTimestamp(block, start, end, zone)
    if (time_ms !== undefined && times.push(time_ms) === LOOKED_AT) break
    after = start
  }
  return spanOf(times)
}

function spanOf(times: readonly number[]): TimeSpan | undefined {
  return times.length === 0 ? undefined : { earliest_ms: Math.min(...times), latest_ms: Math.max(...times) }
}
