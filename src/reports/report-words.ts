import { toWallTime } from '../core/local-time.ts'
import { grouped, spokenDuration } from '../core/number-text.ts'
import type { Report, ReportStaleList } from '../core/report.ts'
import type { ReportPeriod } from '../core/report-period.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

type Spanned = Pick<Report, 'period' | 'since' | 'until' | 'time_zone'>

/** `Daily`, as in "Daily report". */
export const PERIOD_WORDS: Readonly<Record<ReportPeriod, string>> = {
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
}

/** `on that day`, `in that week`. */
export function periodNoun({ period }: Pick<Report, 'period'>): string {
  return { daily: 'on that day', weekly: 'in that week', monthly: 'in that month' }[period]
}

/** `the day before`: what a change is against. */
export function beforeNoun({ period }: Pick<Report, 'period'>): string {
  return { daily: 'the day before', weekly: 'the week before', monthly: 'the month before' }[period]
}

/** `Sunday, 22 November 2026`, `16 to 22 November 2026`, `November 2026`. */
export function spanText({ period, since, until, time_zone }: Spanned): string {
  const first = toWallTime(Date.parse(since), time_zone)
  const last = toWallTime(Date.parse(until) - 1, time_zone)
  const month = (number: number): string => MONTHS[number - 1] ?? ''
  if (period === 'monthly') return `${month(first.month)} ${first.year}`
  const end = `${last.day} ${month(last.month)} ${last.year}`
  if (period === 'daily') return `${weekday(since, time_zone)} ${end}`
  if (first.year !== last.year) return `${first.day} ${month(first.month)} ${first.year} to ${end}`
  if (first.month !== last.month) return `${first.day} ${month(first.month)} to ${end}`
  return `${first.day} to ${end}`
}

/** `Mon`. */
export function weekday(at: string, zone: string): string {
  const { year, month, day } = toWallTime(Date.parse(at), zone)
  return WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? ''
}

/** What stands under a bar: `09`, `Mon`, `16`. */
export function stepText(at: string, { period, time_zone }: Pick<Report, 'period' | 'time_zone'>): string {
  const { day, hour } = toWallTime(Date.parse(at), time_zone)
  if (period === 'weekly') return weekday(at, time_zone)
  return String(period === 'daily' ? hour : day).padStart(2, '0')
}

/** `24 h`, `7 d`, `90 s`: whole units where they are. */
export function durationText(seconds: number): string {
  const whole: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ]
  for (const [unit, word] of whole) {
    if (seconds > unit && seconds % unit === 0) return `${seconds / unit} ${word}`
  }
  return spokenDuration(seconds * 1000)
}

/** A share of a hundred: `99.3 %`; never rounded to all or to none that it is not. */
export function percentText(percent: number | null): string {
  if (percent === null) return '–'
  if (percent > 0 && percent < 0.05) return '< 0.1 %'
  if (percent > 99.95 && percent < 100) return '> 99.9 %'
  return `${percent.toFixed(1).replace(/\.0$/, '')} %`
}

export const secondsText = (seconds: number | null): string =>
  seconds === null ? '–' : spokenDuration(seconds * 1000)

/** How a number changed, and whether that is good. */
export interface ChangeText {
  /** `▲ 12 %`, `▼ 0.4 points`, `as before`, `nothing to compare with`. */
  readonly text: string
  readonly tone: 'good' | 'bad' | 'plain'
}

/**
 * @param better which way is good; null where neither is
 * @param points the values are percentages: their difference is what counts, not its ratio
 */
export function changeText(
  now: number | null,
  before: number | null,
  better: 'more' | 'less' | null,
  points = false,
): ChangeText {
  if (now === null || before === null) return { text: 'nothing to compare with', tone: 'plain' }
  const difference = now - before
  const small = points ? Math.abs(difference) < 0.05 : Math.abs(difference) < Math.abs(before) * 0.005
  if (difference === 0) return { text: 'as before', tone: 'plain' }
  if (small) return { text: 'about as before', tone: 'plain' }
  const up = difference > 0
  const tone = better === null ? 'plain' : up === (better === 'more') ? 'good' : 'bad'
  return { text: `${up ? '▲' : '▼'} ${amountText(Math.abs(difference), before, points)}`, tone }
}

function amountText(difference: number, before: number, points: boolean): string {
  if (points) return `${difference.toFixed(1)} points`
  if (before === 0) return `from 0`
  const percent = (100 * difference) / Math.abs(before)
  return percent >= 999.5
    ? `${grouped((before + difference) / before)} times`
    : `${percent < 9.95 ? percent.toFixed(1) : grouped(percent)} %`
}

/** `submissions of course 12 on canvas.test, user 7`. */
export function staleListText({ entity, listed_by, host, canvas_user_id }: ReportStaleList): string {
  const of = entity === 'courses' || entity === 'terms' ? '' : ` of course ${listed_by}`
  return `${entity.replaceAll('_', ' ')}${of} on ${host}, Canvas user ${canvas_user_id}`
}

const two = (number: number): string => String(number).padStart(2, '0')

/** `2026-11-16`, by the clocks of the zone. */
export function localDate(at_ms: number, zone: string): string {
  const { year, month, day } = toWallTime(at_ms, zone)
  return `${year}-${two(month)}-${two(day)}`
}

/** `2026-11-16 09:00`. */
export function momentText(at: string, zone: string): string {
  const at_ms = Date.parse(at)
  const { hour, minute } = toWallTime(at_ms, zone)
  return `${localDate(at_ms, zone)} ${two(hour)}:${two(minute)}`
}
