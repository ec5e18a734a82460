import { fromWallTime, toWallTime, type WallTime } from '../../../src/core/local-time.ts'
import { dateText } from '../parts/date-text.ts'

export interface TimeTick {
  /** Epoch milliseconds. */
  readonly at_ms: number
  readonly text: string
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const MINUTES = [1, 5, 15, 30, 60, 180, 360, 720]
const DAYS = [1, 2, 7, 14]
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120]

/**
 * Times to write under a chart: round on the clocks of the zone, whatever is done to these meanwhile, and at most about
 * `most`. What begins a day is written as the day.
 */
export function timeTicks(from_ms: number, until_ms: number, zone: string, most: number): TimeTick[] {
  const width_ms = (until_ms - from_ms) / Math.max(1, most)
  const at_ms = momentsOf(from_ms, until_ms, zone, width_ms).filter((at) => at >= from_ms && at <= until_ms)
  const months = width_ms > 14 * DAY_MS
  return [...new Set(at_ms)].map((at) => ({
    at_ms: at,
    text: months ? monthText(at, zone) : tickText(at, zone),
  }))
}

function momentsOf(from_ms: number, until_ms: number, zone: string, width_ms: number): number[] {
  const first = toWallTime(from_ms, zone)
  const minutes = MINUTES.find((step) => step * MINUTE_MS >= width_ms)
  if (minutes !== undefined) {
    return daysFrom(first, until_ms, zone, 1).flatMap((day) => {
      const wall = toWallTime(day, zone)
      return Array.from({ length: (24 * 60) / minutes }, (_, index) =>
        fromWallTime({ ...wall, hour: 0, minute: index * minutes }, zone, 'earlier'),
      )
    })
  }
  const days = DAYS.find((step) => step * DAY_MS >= width_ms)
  if (days !== undefined) return daysFrom(first, until_ms, zone, days)
  const months = MONTHS.find((step) => step * 30 * DAY_MS >= width_ms) ?? 120
  return monthsFrom(first, until_ms, zone, months)
}

const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 }

/** The beginnings of every so many days, from the day of a wall time or the one before. */
function daysFrom({ year, month, day }: WallTime, until_ms: number, zone: string, step: number): number[] {
  // Counted from one day for all windows, so that the ticks of a window that moves stay.
  const number = Math.floor(Date.UTC(year, month - 1, day) / DAY_MS)
  const moments: number[] = []
  for (let at_day = number - (number % step); ; at_day += step) {
    const date = new Date(at_day * DAY_MS)
    const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    const at_ms = fromWallTime({ ...wall, ...midnight }, zone, 'earlier')
    if (at_ms > until_ms) return moments
    moments.push(at_ms)
  }
}

function monthsFrom({ year }: WallTime, until_ms: number, zone: string, step: number): number[] {
  const moments: number[] = []
  const first_year = step > 12 ? year - (year % (step / 12)) : year
  for (let month = 1; ; month += step) {
    const at_ms = fromWallTime({ year: first_year, month, day: 1, ...midnight }, zone, 'earlier')
    if (at_ms > until_ms) return moments
    moments.push(at_ms)
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

function tickText(at_ms: number, zone: string): string {
  const { hour, minute } = toWallTime(at_ms, zone)
  return hour === 0 && minute === 0 ? dateText(at_ms, zone, 'day') : `${two(hour)}:${two(minute)}`
}

function monthText(at_ms: number, zone: string): string {
  const { year, month } = toWallTime(at_ms, zone)
  return month === 1 ? String(year) : dateText(at_ms, zone, 'day').replace(/^\d+ /, '')
}
