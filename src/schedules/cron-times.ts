import { Cron } from 'croner'
import { fromWallTime, toWallTime, zoneOffset } from '../core/local-time.ts'

export interface CronTimes {
  readonly cron: string
  /** IANA name. */
  readonly time_zone: string
}

const MINUTE_MS = 60_000
/** More times than any change of a clock repeats. */
const MOST_SKIPPED = 2 * 24 * 60
const MOST_KNOWN = 500
/** Longer than any of a person. */
const LONGEST = 200
const patterns = new Map<string, Cron>()

/**
 * The calendar of an expression, on a clock that is never changed.
 * @throws whatever croner throws at an expression that is none
 */
function calendarOf(cron: string): Cron {
  let pattern = patterns.get(cron)
  if (pattern === undefined) {
    // Asked for an offset, and not for the zone of that name, it answers in a tenth of the time.
    pattern = new Cron(cron, { utcOffset: 0, paused: true, mode: '5-part' })
    const [oldest] = patterns.keys()
    if (patterns.size >= MOST_KNOWN && oldest !== undefined) patterns.delete(oldest)
    patterns.set(cron, pattern)
  }
  return pattern
}

/** What is wrong with an expression, as the end of the sentence "… must be …"; null when it is right. */
export function cronFault(cron: string): string | null {
  const forms = 'five fields: minute, hour, day of the month, month and day of the week'
  if (cron.length > LONGEST) return `${forms}, and at most ${LONGEST} characters`
  const fields = cron.trim().split(/\s+/)
  if (cron.startsWith('@') && fields.length === 1) {
    return NICKNAMES.has(cron.toLowerCase()) ? null : `one of ${[...NICKNAMES].join(', ')}, or ${forms}`
  }
  if (fields.length !== 5) return forms
  for (const [index, name] of FIELDS.entries()) {
    const alone = ['*', '*', '*', '*', '*']
    alone[index] = fields[index] ?? '*'
    if (!isPattern(alone.join(' '))) return `${forms}; the ${name} "${fields[index] ?? ''}" is none`
  }
  if (!isPattern(cron)) return forms
  if (calendarOf(cron).nextRun(new Date(Date.UTC(2026, 0, 1))) === null) return 'of a day that there is'
  return null
}

const FIELDS = ['minute', 'hour', 'day of the month', 'month', 'day of the week']
const NICKNAMES: ReadonlySet<string> = new Set([
  '@hourly',
  '@daily',
  '@midnight',
  '@weekly',
  '@monthly',
  '@yearly',
  '@annually',
])

function isPattern(cron: string): boolean {
  try {
    calendarOf(cron)
    return true
  } catch {
    return false
  }
}

/** As cron of Debian has it: a schedule whose minute or hour begins with `*` goes by real time. */
function isRepeating(cron: string): boolean {
  const [minute = '', hour = ''] = cron.trim().split(/\s+/)
  return minute.startsWith('*') || hour.startsWith('*') || cron.toLowerCase() === '@hourly'
}

/**
 * The first time after a moment, epoch milliseconds; null when there is none in the years that croner looks at. When the
 * clocks are changed, it does as cron of Debian does. A time of day that they leave out is the moment at which they are
 * set forward, and one that they show twice is the first of both. A schedule of every so many minutes or hours (a minute
 * or hour that begins with `*`) goes on in real time instead: what they leave out is not due, what they show twice is due
 * twice.
 */
export function nextCronTime(times: CronTimes, after_ms: number): number | null {
  return isRepeating(times.cron) ? nextRepeating(times, after_ms) : nextOfDay(times, after_ms)
}

function nextOfDay({ cron, time_zone }: CronTimes, after_ms: number): number | null {
  const calendar = calendarOf(cron)
  let wall = after_ms + zoneOffset(after_ms, time_zone)
  // In the hour that is shown again all times were due before.
  for (let skipped = 0; skipped < MOST_SKIPPED; skipped++) {
    const next = calendar.nextRun(new Date(wall))
    if (next === null) return null
    wall = next.getTime()
    const time = fromWallTime(toWallTime(wall, 'UTC'), time_zone, 'earlier')
    if (time > after_ms) return time
  }
  return null
}

function nextRepeating({ cron, time_zone }: CronTimes, after_ms: number): number | null {
  const calendar = calendarOf(cron)
  let from = after_ms
  for (let skipped = 0; skipped < MOST_SKIPPED; skipped++) {
    const offset = zoneOffset(from, time_zone)
    const next = calendar.nextRun(new Date(from + offset))
    if (next === null) return null
    const time = next.getTime() - offset
    const change = firstChange(from, time, time_zone)
    if (change === null) return time
    // The minute of the change is a time itself, so the search begins before it, on the clock that holds then.
    const at_change = change + zoneOffset(change, time_zone)
    const again = calendar.nextRun(new Date(at_change - 1))
    if (again?.getTime() === at_change) return change
    from = change
  }
  return null
}

/** The first moment in (from, to] at which another offset holds than at `from`; null when there is none. */
function firstChange(from_ms: number, to_ms: number, zone: string): number | null {
  const offset = zoneOffset(from_ms, zone)
  // No zone is changed twice in a day; a gap may span both changes of a year.
  let before = from_ms
  const day_ms = 24 * 60 * MINUTE_MS
  while (before < to_ms) {
    const after = Math.min(to_ms, before + day_ms)
    if (zoneOffset(after, zone) !== offset) {
      let [old_ms, new_ms] = [before, after]
      while (new_ms - old_ms > 1) {
        const middle = Math.floor((old_ms + new_ms) / 2)
        if (zoneOffset(middle, zone) === offset) old_ms = middle
        else new_ms = middle
      }
      return new_ms
    }
    before = after
  }
  return null
}

/**
 * The days on which the clocks of a zone are changed between two moments: what they are set to and when.
 */
export function clockChanges(zone: string, from_ms: number, to_ms: number): ClockChange[] {
  const changes: ClockChange[] = []
  for (let at: number | null = firstChange(from_ms, to_ms, zone); at !== null;) {
    changes.push({ at_ms: at, forward_ms: zoneOffset(at, zone) - zoneOffset(at - 1, zone) })
    at = firstChange(at, to_ms, zone)
  }
  return changes
}

export interface ClockChange {
  readonly at_ms: number
  /** By how much they are set forward; negative when they are set back. */
  readonly forward_ms: number
}
