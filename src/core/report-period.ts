import { fromWallTime, toWallTime, type WallTime } from './local-time.ts'

export const REPORT_PERIODS = ['daily', 'weekly', 'monthly'] as const
export type ReportPeriod = (typeof REPORT_PERIODS)[number]

/** A stretch of local time: whole days, of which some have 23 or 25 hours. Epoch milliseconds. */
export interface ReportSpan {
  readonly since: number
  readonly until: number
}

/** When a report is due: after its period, at a time of day; weekly on a day of the week, monthly on one of the month. */
export interface ReportTime {
  readonly hour: number
  readonly minute: number
  /** 1 for Monday to 7; only of weekly ones. Default 1. */
  readonly weekday?: number
  /** 1 to 28, so that every month has it; only of monthly ones. Default 1. */
  readonly day_of_month?: number
}

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0, millisecond: 0 }
const DAY_MS = 86_400_000

/** The last whole day, week (from Monday on) or month that was over at a moment, by the clocks of a zone. */
export function lastSpan(period: ReportPeriod, now_ms: number, zone: string): ReportSpan {
  const end = startOfPeriod(period, toWallTime(now_ms, zone))
  return { since: startOf(moved(period, end, -1), zone), until: startOf(end, zone) }
}

/** The span of the same kind before one. */
export function spanBefore(period: ReportPeriod, span: ReportSpan, zone: string): ReportSpan {
  return lastSpan(period, span.since, zone)
}

/** The local days of a span, and the end of the last one. */
export function daysOf({ since, until }: ReportSpan, zone: string): number[] {
  const starts: number[] = []
  const { year, month, day } = toWallTime(since, zone)
  for (let number = 0, at = since; at < until; number++) {
    starts.push(at)
    // A zone that moved across the date line has no such day.
    at = Math.max(at, startOf({ year, month, day: day + number + 1 }, zone))
  }
  return [...new Set(starts), until]
}

/**
 * The newest time up to a moment at which a report was due, and what it is about. A time of day that a change of the
 * clocks leaves out is the moment of the change; of one that comes twice it is the first.
 */
export function lastDue(
  period: ReportPeriod,
  time: ReportTime,
  now_ms: number,
  zone: string,
): { readonly due_at: number; readonly span: ReportSpan } {
  const today = toWallTime(now_ms, zone)
  let due_day = dueDay(period, time, today)
  let due_at = atTime(due_day, time, zone)
  if (due_at > now_ms) {
    due_day = dueDay(period, time, wallDay(moved(period, due_day, -1)))
    due_at = atTime(due_day, time, zone)
  }
  return { due_at, span: lastSpan(period, due_at, zone) }
}

/** The day of the period that holds a day at which its report is due. */
function dueDay(period: ReportPeriod, { weekday = 1, day_of_month = 1 }: ReportTime, day: Day): Day {
  const start = startOfPeriod(period, day)
  const behind = period === 'weekly' ? weekday - 1 : period === 'monthly' ? day_of_month - 1 : 0
  return wallDay({ ...start, day: start.day + behind })
}

function startOfPeriod(period: ReportPeriod, { year, month, day }: Day): Day {
  if (period === 'monthly') return { year, month, day: 1 }
  if (period === 'daily') return { year, month, day }
  const since_monday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7
  return { year, month, day: day - since_monday }
}

function moved(period: ReportPeriod, { year, month, day }: Day, by: number): Day {
  if (period === 'monthly') return { year, month: month + by, day }
  return { year, month, day: day + by * (period === 'weekly' ? 7 : 1) }
}

/** A day as calendars have it: the 0th is the last of the month before. */
function wallDay({ year, month, day }: Day): Day {
  const date = new Date(Date.UTC(year, month - 1, day))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

const startOf = (day: Day, zone: string): number =>
  fromWallTime({ ...day, ...MIDNIGHT } satisfies WallTime, zone, 'earlier')

const atTime = (day: Day, { hour, minute }: ReportTime, zone: string): number =>
  fromWallTime({ ...day, ...MIDNIGHT, hour, minute }, zone, 'earlier')

/** How many days a span has by the calendar: 7 also of a week of 167 hours. */
export function dayCount({ since, until }: ReportSpan): number {
  return Math.round((until - since) / DAY_MS)
}
