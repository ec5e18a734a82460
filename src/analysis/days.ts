import { zoneOffset } from '../core/local-time.ts'
import type { GroupCount } from './kernel/read-table.ts'
import { rounded } from './durations.ts'
import type { DayCount, HourCount } from './report.ts'

const QUARTER_MS = 900_000
const DAY_MS = 86_400_000
/** Beyond this, days without lines are left out: a wrong clock must not fill the report. */
const MOST_DAYS = 3700

type Quarters = ReadonlyMap<number, GroupCount>

/** Every offset of a zone is a multiple of a quarter of an hour, so that quarters never straddle two days or hours. */
export function hoursOf(quarters: Quarters, zone: string): HourCount[] {
  const toWall = wallClock(zone)
  const hours = Array.from({ length: 24 }, (_, hour) => ({ hour, count: 0, failed: 0 }))
  for (const [quarter, { lines, failed }] of quarters) {
    const hour = hours[new Date(toWall(quarter * QUARTER_MS)).getUTCHours()]
    if (!hour) continue
    hour.count += lines
    hour.failed += failed
  }
  return hours
}

/** From the first to the last day that has lines. */
export function daysOf(quarters: Quarters, zone: string): DayCount[] {
  const toWall = wallClock(zone)
  const days = new Map<
    number,
    { count: number; failed: number; throttled: number; timed: number; total_ms: number }
  >()
  for (const [quarter, group] of quarters) {
    if (group.lines === 0) continue
    const number = Math.floor(toWall(quarter * QUARTER_MS) / DAY_MS)
    const day = days.get(number) ?? { count: 0, failed: 0, throttled: 0, timed: 0, total_ms: 0 }
    day.count += group.lines
    day.failed += group.failed
    day.throttled += group.amount
    day.timed += group.timed
    day.total_ms += group.total_ms
    days.set(number, day)
  }
  const numbers = [...days.keys()].sort((a, b) => a - b)
  const first = numbers[0] ?? 0
  const last = numbers.at(-1) ?? -1
  const all =
    last - first < MOST_DAYS ? Array.from({ length: last - first + 1 }, (_, at) => first + at) : numbers
  return all.map((number) => {
    const { count, failed, throttled, timed, total_ms } = days.get(number) ?? EMPTY
    const mean_ms = timed === 0 ? null : rounded(total_ms / timed)
    return { day: new Date(number * DAY_MS).toISOString().slice(0, 10), count, failed, throttled, mean_ms }
  })
}

const EMPTY = { count: 0, failed: 0, throttled: 0, timed: 0, total_ms: 0 }

/** Epoch → the time of day as if it were UTC. A day on which the offset does not change is looked up once. */
function wallClock(zone: string): (epoch_ms: number) => number {
  const steady = new Map<number, number | null>()
  return (epoch_ms) => {
    const day = Math.floor(epoch_ms / DAY_MS)
    let offset_ms = steady.get(day)
    if (offset_ms === undefined) {
      const start = zoneOffset(day * DAY_MS, zone)
      offset_ms = start === zoneOffset((day + 1) * DAY_MS - 1, zone) ? start : null
      steady.set(day, offset_ms)
    }
    return epoch_ms + (offset_ms ?? zoneOffset(epoch_ms, zone))
  }
}
