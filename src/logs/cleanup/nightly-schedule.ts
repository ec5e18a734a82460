import { Cron } from 'croner'
import { MonitorError } from '../../core/errors.ts'
import { isZone, systemZone, toWallTime } from '../../core/local-time.ts'
import { CLEANUP_DEFAULTS, checkCleanupOptions, type CleanupOptions } from './cleanup-report.ts'

/** When and how the logs are cleaned up by themselves. */
export interface NightlySchedule extends CleanupOptions {
  /** Local time of day, `HH:MM`. */
  readonly at: string
  /** IANA name. */
  readonly time_zone: string
}

export const NIGHTLY_AT = '02:00'
const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/

/** What of a schedule says when. */
export type TimeOfNight = Pick<NightlySchedule, 'at' | 'time_zone'>

/** One night's run. */
export interface Night {
  /** The date and time as the clock on the wall shows it: `2026-11-23T02:00 Europe/Zurich`. */
  readonly id: string
  readonly time_ms: number
}

/**
 * The defaults of a request, at 02:00 in the system's zone.
 * @throws MonitorError `config_invalid` for a value that is wrong
 */
export function nightlySchedule(given: Partial<NightlySchedule> = {}): NightlySchedule {
  const time_zone = given.time_zone ?? systemZone()
  const schedule = { ...CLEANUP_DEFAULTS, at: NIGHTLY_AT, ...given, time_zone }
  checkCleanupOptions(schedule)
  if (!TIME_OF_DAY.test(schedule.at)) {
    throw new MonitorError('config_invalid', `at must be a time of day such as 02:00; got ${schedule.at}.`)
  }
  if (!isZone(schedule.time_zone)) {
    const example = 'such as Europe/Zurich'
    const message = `The time zone must be an IANA name ${example}; got ${schedule.time_zone}.`
    throw new MonitorError('config_invalid', message)
  }
  return schedule
}

/**
 * The newest night that has come by `now_ms`. In a night without that time of day it is the moment the clocks
 * go forward; in one that has it twice, the first.
 */
export function lastNight(schedule: TimeOfNight, now_ms: number): Night {
  // The run that is looked for lies before the reference, to the second.
  const [time] = cronOf(schedule).previousRuns(1, new Date(Math.floor(now_ms / 1000) * 1000 + 1000))
  return nightAt(schedule, time)
}

/** The first night after `now_ms`; see {@link lastNight}. */
export function nextNight(schedule: TimeOfNight, now_ms: number): Night {
  return nightAt(schedule, cronOf(schedule).nextRun(new Date(now_ms)) ?? undefined)
}

const crons = new Map<string, Cron>()

function cronOf({ at, time_zone }: TimeOfNight): Cron {
  const key = `${at} ${time_zone}`
  let cron = crons.get(key)
  if (!cron) {
    const [hour, minute] = at.split(':').map(Number)
    cron = new Cron(`${minute} ${hour} * * *`, { timezone: time_zone, paused: true })
    crons.set(key, cron)
  }
  return cron
}

function nightAt({ at, time_zone }: TimeOfNight, time: Date | undefined): Night {
  if (!time) throw new Error(`there is no ${at} in ${time_zone}`)
  const { year, month, day } = toWallTime(time.getTime(), time_zone)
  const date = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
  return { id: `${date}T${at} ${time_zone}`, time_ms: time.getTime() }
}
