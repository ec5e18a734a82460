import { fromWallTime, toWallTime } from './local-time.ts'

/** A day of the calendar as a clock on the wall of some zone shows it: 23 or 25 hours long where clocks are changed. */
export interface CalendarDay {
  /** `2026-11-22`. */
  readonly date: string
  /** Epoch milliseconds. */
  readonly start_ms: number
  /** Where the next day starts. */
  readonly end_ms: number
}

const DAY_MS = 86_400_000
const DAYS_OF_WEEK = 7

/**
 * The days of whole weeks up to and with the day that a moment is in: from a Monday on, `weeks` - 1 weeks before the
 * Monday of that day. They follow each other without a gap.
 *
 * @param zone IANA name
 * @param weeks at least 1
 */
export function calendarWeeks(now_ms: number, zone: string, weeks: number): CalendarDay[] {
  const { year, month, day } = toWallTime(now_ms, zone)
  const today = Date.UTC(year, month - 1, day)
  const since_monday = (new Date(today).getUTCDay() + 6) % DAYS_OF_WEEK
  const count = since_monday + 1 + (weeks - 1) * DAYS_OF_WEEK
  const first = today - (count - 1) * DAY_MS
  const days: CalendarDay[] = []
  let start_ms = startOfDay(first, zone)
  for (let number = 0; number < count; number++) {
    const date = first + number * DAY_MS
    const end_ms = startOfDay(date + DAY_MS, zone)
    // A zone that moved across the date line has no such day.
    if (end_ms > start_ms) days.push({ date: new Date(date).toISOString().slice(0, 10), start_ms, end_ms })
    start_ms = end_ms
  }
  return days
}

/** @param date midnight UTC of the date */
function startOfDay(date: number, zone: string): number {
  const at = new Date(date)
  const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 }
  return fromWallTime(
    { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), ...midnight },
    zone,
    'earlier',
  )
}
