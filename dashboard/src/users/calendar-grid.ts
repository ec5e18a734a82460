import type { Calendar, CalendarDayRecord } from '../../../src/api/users/calendar.ts'
import { countText } from '../parts/number-text.ts'

/** A day with what one needs to show it. */
export interface CalendarCell {
  readonly day: CalendarDayRecord
  /** From which moment to which one the day is, ISO 8601. */
  readonly since: string
  readonly until: string
  /** 0 for none, 1 to 4 from few to many. */
  readonly level: number
  /** The worst that happened; null when all went well or nothing was. */
  readonly trouble: 'failed' | 'partial' | null
  /** Its rows are not there any more, or too many to count. */
  readonly uncounted: boolean
}

/** Monday to Sunday; null where the calendar has no day. */
export type CalendarWeek = readonly (CalendarCell | null)[]

export interface CalendarMonth {
  readonly words: string
  /** In weeks. */
  readonly width: number
}

export interface CalendarGrid {
  readonly weeks: readonly CalendarWeek[]
  /** Each begins with the first week that begins in it. */
  readonly months: readonly CalendarMonth[]
  /** The most syncs that a day of each level has, from the lowest on. */
  readonly steps: readonly number[]
}

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

const LEVELS = 4
const DAY_MS = 86_400_000

const month = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' })
const full = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `Sun, 22 Nov 2026`. */
export const dayText = ({ date }: Pick<CalendarDayRecord, 'date'>): string => full.format(Date.parse(date))

export function calendarGrid({ days, until, counted_from }: Calendar): CalendarGrid {
  const steps = stepsOf(Math.max(0, ...days.map(({ syncs }) => syncs)))
  const weeks: (CalendarCell | null)[][] = []
  const [first] = days
  for (const [index, day] of days.entries()) {
    // By its date, for a zone may have left out a day.
    const place = Math.round((Date.parse(day.date) - Date.parse(first?.date ?? day.date)) / DAY_MS)
    const week = (weeks[Math.floor(place / 7)] ??= WEEKDAYS.map(() => null))
    week[place % 7] = {
      day,
      since: day.start,
      until: days[index + 1]?.start ?? until,
      level: steps.findIndex((most) => day.syncs <= most),
      trouble: day.failed > 0 ? 'failed' : day.partial > 0 ? 'partial' : null,
      uncounted: counted_from !== null && day.start < counted_from,
    }
  }
  return { weeks, months: monthsOf(weeks), steps }
}

/** Equal steps up to the most; of few syncs there are fewer levels. */
function stepsOf(most: number): number[] {
  const steps = [0]
  for (let level = 1; level <= LEVELS; level++) {
    const upper = Math.ceil((most * level) / LEVELS)
    if (upper > (steps.at(-1) ?? 0)) steps.push(upper)
  }
  return steps
}

function monthsOf(weeks: readonly CalendarWeek[]): CalendarMonth[] {
  const months: { words: string; width: number }[] = []
  for (const week of weeks) {
    const date = week.find((cell) => cell !== null)?.day.date
    const words = date === undefined ? '' : month.format(Date.parse(date))
    const last = months.at(-1)
    if (last?.words === words) last.width++
    else months.push({ words, width: 1 })
  }
  return months
}

/** `12 syncs, 1 failed`: what is nothing is left out. */
export function countsText(day: CalendarDayRecord): string {
  if (day.syncs === 0) return 'no syncs'
  const parts = [
    [day.failed, 'failed'],
    [day.partial, 'partial'],
    [day.cancelled, 'cancelled'],
    [day.in_progress, 'running'],
  ] as const
  const others = parts.flatMap(([count, words]) => (count === 0 ? [] : [`${countText(count)} ${words}`]))
  const all = `${countText(day.syncs)} ${day.syncs === 1 ? 'sync' : 'syncs'}`
  return [all, ...(others.length === 0 ? ['all completed'] : others)].join(', ')
}

/** What a day is called for who does not see its colour. */
export function cellText({ day, uncounted }: CalendarCell): string {
  return `${dayText(day)}: ${uncounted ? 'not counted' : countsText(day)}`
}

/** The list of the syncs of a day. */
export function dayAddress({ since, until }: CalendarCell, user_id: string | undefined): string {
  const query = new URLSearchParams({ since, until, ...(user_id === undefined ? {} : { user_id }) })
  return `/syncs?${query.toString()}`
}
