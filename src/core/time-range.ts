import { MonitorError } from './errors.ts'
import { fromWallTime, toWallTime, type WallTime } from './local-time.ts'

/** Epoch milliseconds, from `since_ms` on and before `until_ms`; a side that is missing is open. */
export interface TimeRange {
  readonly since_ms?: number
  readonly until_ms?: number
}

/** What a time that a person gives is relative to. */
export interface TimeContext {
  readonly now_ms: number
  /** IANA name of the zone in which a date or a time without an offset is meant: `Europe/Berlin`. */
  readonly zone: string
}

/** The start of a range, or its end. */
export type Bound = 'since' | 'until'

/** Completes the sentence "… must be …". */
export const TIME_FORMS =
  'a time such as 2026-11-22, 2026-11-22T10:15, 2026-11-22T10:15:30Z, 90s, 15m, 2h, 7d, 2w, 6mo, 1y, now, today or yesterday'

const DATE = String.raw`(\d{4})-(\d\d)-(\d\d)`
const CLOCK = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?`
const OFFSET = String.raw`(z|[+-]\d\d(?::?\d\d)?)`
const ABSOLUTE = new RegExp(`^${DATE}(?:[t ]${CLOCK}${OFFSET}?)?$`)
const RELATIVE = /^(\d{1,6})(s|m|h|d|w|mo|y)$/
/** A count of seconds has ten digits until the year 2286, one of milliseconds has more since 1973. */
const EPOCH = /^\d{10,14}$/
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/**
 * The range of `--since` and `--until`, of which either may be missing.
 *
 * @throws MonitorError `usage` that names the option and the value that is no time, or both when the range is empty
 */
export function parseTimeRange(
  given: { readonly since?: string | undefined; readonly until?: string | undefined },
  context: TimeContext,
): TimeRange {
  const since_ms = boundOption('since', given.since, context)
  const until_ms = boundOption('until', given.until, context)
  if (since_ms !== undefined && until_ms !== undefined && since_ms >= until_ms) {
    throw new MonitorError('usage', `--since ${given.since} is not before --until ${given.until}.`, {
      next_step: 'Give the earlier time to --since.',
    })
  }
  return { ...(since_ms === undefined ? {} : { since_ms }), ...(until_ms === undefined ? {} : { until_ms }) }
}

function boundOption(bound: Bound, text: string | undefined, context: TimeContext): number | undefined {
  if (text === undefined) return undefined
  const moment = parseTime(text, bound, context)
  if (moment !== null) return moment
  throw new MonitorError('usage', `--${bound} must be a time, got "${text}".`, {
    next_step: `For example --${bound} 2h, --${bound} yesterday, --${bound} 2026-11-22 or --${bound} 2026-11-22T10:15.`,
  })
}

/**
 * A time as people write it, epoch milliseconds; null when it is none.
 *
 * A whole day (`2026-11-22`, `today`) is its first moment as `since` and the first moment of the next day as `until`, so
 * that both include it. Every other time is that moment itself. `s`, `m` and `h` before now are exact; `d`, `w`, `mo` and
 * `y` go back on the calendar to the same time of day. A time that the clocks show twice widens the range.
 */
export function parseTime(text: string, bound: Bound, context: TimeContext): number | null {
  const word = text.trim().toLowerCase()
  if (word === 'now') return context.now_ms
  if (word === 'today') return wholeDay(toWallTime(context.now_ms, context.zone), 0, bound, context.zone)
  if (word === 'yesterday') return wholeDay(toWallTime(context.now_ms, context.zone), -1, bound, context.zone)
  if (EPOCH.test(word)) return Number(word) * (word.length === 10 ? 1000 : 1)
  const relative = RELATIVE.exec(word)
  if (relative !== null) return before(Number(relative[1]), relative[2] ?? '', bound, context)
  const absolute = ABSOLUTE.exec(word)
  return absolute === null ? null : readAbsolute(absolute, bound, context.zone)
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0, millisecond: 0 }

function wholeDay(day: WallTime, later_days: number, bound: Bound, zone: string): number {
  const days = later_days + (bound === 'until' ? 1 : 0)
  return fromWallTime({ ...day, ...MIDNIGHT, day: day.day + days }, zone, 'earlier')
}

function before(amount: number, unit: string, bound: Bound, { now_ms, zone }: TimeContext): number {
  const seconds = SECONDS[unit]
  if (seconds !== undefined) return Math.max(0, now_ms - amount * seconds * 1000)
  const now = toWallTime(now_ms, zone)
  const day = unit === 'd' ? now.day - amount : unit === 'w' ? now.day - 7 * amount : now.day
  const months = unit === 'mo' ? amount : unit === 'y' ? 12 * amount : 0
  const month = now.year * 12 + now.month - 1 - months
  const year = Math.floor(month / 12)
  if (year < 1970) return 0
  const there = { year, month: (month % 12) + 1 }
  // A month before the 31st is the last day of a shorter month, not the first days of the next.
  const last_day = months === 0 ? day : Math.min(day, daysOf(there.year, there.month))
  return Math.max(0, fromWallTime({ ...now, ...there, day: last_day }, zone, choiceOf(bound)))
}

/** Of a time that is shown twice: what makes the range larger. */
const choiceOf = (bound: Bound): 'earlier' | 'later' => (bound === 'since' ? 'earlier' : 'later')

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

function readAbsolute(parts: RegExpExecArray, bound: Bound, zone: string): number | null {
  const number = (index: number): number => Number(parts[index] ?? 0)
  const wall: WallTime = {
    year: number(1),
    month: number(2),
    day: number(3),
    hour: number(4),
    minute: number(5),
    second: number(6),
    millisecond: Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3)),
  }
  if (!isPossible(wall)) return null
  if (parts[4] === undefined) return wholeDay(wall, 0, bound, zone)
  const offset = parts[8]
  if (offset === undefined) return fromWallTime(wall, zone, choiceOf(bound))
  const offset_minutes = readOffset(offset)
  if (offset_minutes === null) return null
  return fromWallTime(wall, 'UTC', 'earlier') - offset_minutes * 60_000
}

function isPossible({ year, month, day, hour, minute, second }: WallTime): boolean {
  const is_day = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  return year >= 1970 && is_day && hour <= 23 && minute <= 59 && second <= 59
}

/** Minutes ahead of UTC; null when no zone is as far away. */
function readOffset(text: string): number | null {
  if (text === 'z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(3).replace(':', '') || 0)
  if (hours > 23 || minutes > 59) return null
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
