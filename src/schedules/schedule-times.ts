import { fromWallTime, toWallTime } from '../core/local-time.ts'
import type { SchedulePause, ScheduleTerms, ScheduleTimes } from '../core/schedule.ts'
import { nextCronTime } from './cron-times.ts'

type Timed = Pick<ScheduleTerms, 'times' | 'pauses' | 'margin_ms'>

/** So many times tell how close together any two are: those of one day are those of every other. */
const MEASURED_TIMES = 400
/** A sync that starts a little early counts for the time that it is early for. */
const EARLY_SHARE = 0.1
/** A year of single days off, and more. */
const MOST_PAUSED = 1000
const MOST_KNOWN = 1000

/**
 * When the next sync is due.
 *
 * @param after_ms of cron: the first time after it. Of an interval: the start, or the missed time, that it is counted from
 * @returns epoch milliseconds; null when nothing is ever due
 */
export function nextDue({ times, pauses }: Pick<Timed, 'times' | 'pauses'>, after_ms: number): number | null {
  let after = after_ms
  for (let tries = 0; tries < MOST_PAUSED; tries++) {
    const due = times.kind === 'cron' ? nextCronTime(times, after) : after + times.interval_ms
    if (due === null) return null
    const end = endOfPause(pauses, times.time_zone, due)
    if (end === null) return due
    // A time at the very end of the pause is one of the day after it.
    after = times.kind === 'cron' ? end - 1 : end
  }
  return null
}

/** The next times when each sync starts when it is due. */
export function nextDues(
  schedule: Pick<Timed, 'times' | 'pauses'>,
  after_ms: number,
  count: number,
): number[] {
  const dues: number[] = []
  for (let due = nextDue(schedule, after_ms); due !== null && dues.length < count;) {
    dues.push(due)
    due = nextDue(schedule, due)
  }
  return dues
}

/** Where the pause ends that a moment is in, epoch milliseconds; null when it is in none. */
function endOfPause(pauses: readonly SchedulePause[], zone: string, at_ms: number): number | null {
  if (pauses.length === 0) return null
  const { year, month, day } = toWallTime(at_ms, zone)
  const date = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
  const last = pauses
    .filter(({ from, until }) => from <= date && date <= until)
    .map(({ until }) => until)
    .sort()
    .at(-1)
  if (last === undefined) return null
  const [of_year = 0, of_month = 1, of_day = 1] = last.split('-').map(Number)
  const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 }
  return fromWallTime({ year: of_year, month: of_month, day: of_day + 1, ...midnight }, zone, 'earlier')
}

const gaps = new Map<string, number>()

/** The shortest time between two times that follow each other, milliseconds. */
export function shortestGap(times: ScheduleTimes): number {
  if (times.kind === 'interval') return times.interval_ms
  const key = `${times.cron} ${times.time_zone}`
  const known = gaps.get(key)
  if (known !== undefined) return known
  // On a clock that is never changed: where it is, one gap of the year may be shorter or longer.
  const steady = { cron: times.cron, time_zone: 'UTC' }
  let shortest = Number.MAX_SAFE_INTEGER
  let before = nextCronTime(steady, Date.UTC(2026, 0, 1) - 1)
  for (let count = 0; count < MEASURED_TIMES && before !== null; count++) {
    const next = nextCronTime(steady, before)
    if (next === null) break
    shortest = Math.min(shortest, next - before)
    before = next
  }
  const [oldest] = gaps.keys()
  if (gaps.size >= MOST_KNOWN && oldest !== undefined) gaps.delete(oldest)
  gaps.set(key, shortest)
  return shortest
}

/** How long before its time a start of a cron schedule counts for it, milliseconds. */
export function earlyMs({ times, margin_ms }: Pick<Timed, 'times' | 'margin_ms'>): number {
  return Math.floor(Math.min(margin_ms, EARLY_SHARE * shortestGap(times)))
}
