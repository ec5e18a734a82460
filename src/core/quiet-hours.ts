import { fromWallTime, toWallTime } from './local-time.ts'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Times of day at which nobody wants to hear of what is not critical. */
export interface QuietHours {
  /** Local time of day, `22:00`. */
  readonly from: string
  /** At or before `from` it is a time of the next day. */
  readonly until: string
  /** The days on which it begins; left out, every day. */
  readonly days?: readonly Weekday[]
  /** IANA name; left out, that of the calendar. */
  readonly time_zone?: string
}

/** A part of the year in which courses are taught; whole days, the last one with it. */
export interface Term {
  readonly name: string
  /** `2026-09-14`. */
  readonly starts: string
  readonly ends: string
}

export interface AlertCalendar {
  readonly quiet_hours: readonly QuietHours[]
  /** Left empty, a term always runs. */
  readonly terms: readonly Term[]
  /** IANA name. */
  readonly time_zone: string
}

/** Hours that follow each other without end are asked again after so long. */
const FARTHEST_MS = 8 * 86_400_000

export function isQuiet(calendar: AlertCalendar, now: number): boolean {
  return calendar.quiet_hours.some((hours) => endOf(hours, calendar.time_zone, now) !== null)
}

/**
 * When the quiet hours end that a moment is in, epoch milliseconds; null outside of them. Hours that follow each other
 * are one. Where the clocks are changed they begin at the earlier and end at the later of two equal times.
 */
export function quietUntil(calendar: AlertCalendar, now: number): number | null {
  let until = now
  while (until - now < FARTHEST_MS) {
    const ends = calendar.quiet_hours.map((hours) => endOf(hours, calendar.time_zone, until) ?? until)
    const next = Math.max(until, ...ends)
    if (next === until) break
    until = next
  }
  return until === now ? null : until
}

/** The term that runs; null between two terms, and where there is no calendar of terms. */
export function termAt({ terms, time_zone }: AlertCalendar, now: number): Term | null {
  const { year, month, day } = toWallTime(now, time_zone)
  const date = [String(year).padStart(4, '0'), two(month), two(day)].join('-')
  return terms.find(({ starts, ends }) => starts <= date && date <= ends) ?? null
}

/** Where there is no calendar of terms, one always runs. */
export function isInTerm(calendar: AlertCalendar, now: number): boolean {
  return calendar.terms.length === 0 || termAt(calendar, now) !== null
}

const two = (number: number): string => String(number).padStart(2, '0')

/** When these hours end, if the moment is in them: those that began today or yesterday. */
function endOf({ from, until, days, time_zone }: QuietHours, zone: string, at: number): number | null {
  const own_zone = time_zone ?? zone
  const today = toWallTime(at, own_zone)
  for (const back of [0, 1]) {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day - back))
    const weekday = WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'mon'
    if (days !== undefined && !days.includes(weekday)) continue
    const over = until > from ? 0 : 1
    const starts_at = moment(date, 0, from, own_zone, 'earlier')
    const ends_at = moment(date, over, until, own_zone, 'later')
    if (starts_at <= at && at < ends_at) return ends_at
  }
  return null
}

function moment(
  date: Date,
  days_on: number,
  time: string,
  zone: string,
  choice: 'earlier' | 'later',
): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const day = date.getUTCDate() + days_on
  const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day, hour, minute }
  return fromWallTime({ ...wall, second: 0, millisecond: 0 }, zone, choice)
}
