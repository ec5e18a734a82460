import { fromWallTime, zoneOffset } from '../../core/local-time.ts'
import { MonitorError } from '../../core/errors.ts'

/**
 * The zone in which an earlier system wrote times of day without one. A time that clocks showed twice is the first of
 * the two; one that they left out is the moment at which they were set forward.
 */
export interface LegacyZone {
  /** An IANA name. */
  readonly name: string
  /** @param wall_ms the time of day as if it were UTC, epoch milliseconds */
  toEpoch(wall_ms: number): number
}

export const UTC_ZONE: LegacyZone = { name: 'UTC', toEpoch: (wall_ms) => wall_ms }

/** Clocks are set at full quarters of an hour. */
const QUARTER_MS = 900_000
const MOST_QUARTERS = 10_000

/**
 * @param name an IANA name: `America/New_York`
 * @throws MonitorError `config_invalid` when there is no such zone
 */
export function legacyZone(name: string): LegacyZone {
  if (name === 'UTC') return UTC_ZONE
  try {
    zoneOffset(0, name)
  } catch (error) {
    throw new MonitorError('config_invalid', `There is no time zone ${JSON.stringify(name)}.`, {
      cause: error,
      next_step: 'Give a name of the IANA list, such as America/New_York or UTC.',
    })
  }
  const offsets = new Map<number, number>()
  return {
    name,
    toEpoch(wall_ms) {
      const quarter = Math.floor(wall_ms / QUARTER_MS)
      let offset = offsets.get(quarter)
      if (offset === undefined) {
        if (offsets.size >= MOST_QUARTERS) offsets.clear()
        offset = steadyOffset(quarter * QUARTER_MS, name)
        if (offset === undefined) return toEpoch(wall_ms, name)
        offsets.set(quarter, offset)
      }
      return wall_ms - offset
    },
  }
}

/** Undefined for a quarter of an hour that the clocks left out, in whole or in part. */
function steadyOffset(start_ms: number, zone: string): number | undefined {
  const offset = start_ms - toEpoch(start_ms, zone)
  const last_ms = start_ms + QUARTER_MS - 1
  return last_ms - toEpoch(last_ms, zone) === offset ? offset : undefined
}

function toEpoch(wall_ms: number, zone: string): number {
  const date = new Date(wall_ms)
  const wall = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  }
  return fromWallTime(wall, zone, 'earlier')
}
