import type { SchedulePause } from '../../src/core/schedule.ts'

/** A schedule as a person would tell it: nothing of croner, and nothing of our own sums with zones. */
export interface ToldSchedule {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** 0 is Sunday. */
  readonly week_days: readonly number[]
  readonly days: readonly number[]
  /** Whether its minute or hour begins with `*`. */
  readonly repeating: boolean
  readonly zone: string
  readonly pauses: readonly SchedulePause[]
}

const MINUTE_MS = 60_000
const formats = new Map<string, Intl.DateTimeFormat>()

interface Wall {
  readonly date: string
  readonly day: number
  readonly week_day: number
  /** Of the day. */
  readonly minute: number
}

function wallAt(at_ms: number, zone: string): Wall {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  const text = format.format(at_ms)
  const [, year = '', month = '', day = '', hour = '', minute = ''] =
    /(\d{4})-(\d\d)-(\d\d), (\d\d):(\d\d)/.exec(text) ?? []
  return {
    date: `${year}-${month}-${day}`,
    day: Number(day),
    week_day: new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay(),
    minute: Number(hour) * 60 + Number(minute),
  }
}

/** What a clock on the wall shows at each minute of a time, asked of Intl for each quarter of an hour. */
function* walls(from_ms: number, to_ms: number, zone: string): Generator<[number, Wall]> {
  for (let quarter = from_ms; quarter < to_ms; quarter += 15 * MINUTE_MS) {
    const wall = wallAt(quarter, zone)
    for (let minute = 0; minute < 15; minute++) {
      yield [quarter + minute * MINUTE_MS, { ...wall, minute: wall.minute + minute }]
    }
  }
}

/**
 * All times of a schedule, found by looking at the clock every minute, as cron does: what the clock jumps over is due at
 * the jump, what it shows again is not due again; where it goes by real time, neither.
 *
 * @param from_ms a full quarter of an hour
 */
export function oracleTimes(told: ToldSchedule, from_ms: number, to_ms: number): number[] {
  const matches = (wall: Wall): boolean =>
    told.minutes.includes(wall.minute % 60) &&
    told.hours.includes(Math.floor(wall.minute / 60)) &&
    told.week_days.includes(wall.week_day) &&
    told.days.includes(wall.day)
  const rests = ({ date }: Wall): boolean =>
    told.pauses.some(({ from, until }) => from <= date && date <= until)
  const times: number[] = []
  let before: Wall | undefined
  let shown_date = ''
  let shown_until = -1
  for (const [at, wall] of walls(from_ms, to_ms, told.zone)) {
    if (wall.date !== shown_date) {
      shown_date = wall.date
      shown_until = -1
    }
    const again = wall.minute <= shown_until
    let due = matches(wall) && (told.repeating || !again)
    if (!told.repeating && before?.date === wall.date) {
      for (let skipped = before.minute + 1; skipped < wall.minute; skipped++) {
        due ||= matches({ ...wall, minute: skipped })
      }
    }
    if (due && !rests(wall)) times.push(at)
    shown_until = Math.max(shown_until, wall.minute)
    before = wall
  }
  return times
}
