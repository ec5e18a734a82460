import { MonitorError } from '../core/errors.ts'
import { nightlySchedule } from '../logs/cleanup/nightly-schedule.ts'

/** How many days things are kept. */
export interface RetentionDays {
  /** Ended syncs, their course outcomes and status changes. */
  readonly sync_days: number
  /** What live updates are replayed from. */
  readonly change_days: number
  /** Who looked at what, and who changed what. */
  readonly audit_days: number
  /** After the end of a sync: until then an event of it that is sent again is known. */
  readonly event_id_days: number
}

export const RETENTION_DEFAULTS: RetentionDays = {
  sync_days: 400,
  change_days: 7,
  audit_days: 400,
  event_id_days: 30,
}

/** When and how old rows are deleted by themselves. */
export interface RetentionSchedule extends RetentionDays {
  /** Local time of day, `HH:MM`. */
  readonly at: string
  /** IANA name. */
  readonly time_zone: string
}

/** After the clean-up of the logs, so that the two do not want the disk at the same time. */
export const RETENTION_AT = '03:00'

export const MOST_DAYS = 36_500

export interface RetentionConfig extends RetentionDays {
  /** Whether a server deletes old rows by itself. Default true. */
  readonly enabled: boolean
  /** Local time of day, `HH:MM`. Default 03:00. */
  readonly at: string
}

/**
 * What is left out has its default.
 * @throws MonitorError `config_invalid` that names what is wrong
 */
export function retentionConfig(given: Partial<RetentionConfig> = {}): RetentionConfig {
  const all = { enabled: true, at: RETENTION_AT, ...RETENTION_DEFAULTS }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(all, name)) throw refused(`${name} is no setting of retention.`)
    if (name === 'enabled' && typeof value !== 'boolean') throw refused('enabled must be true or false.')
    if (!Object.hasOwn(RETENTION_DEFAULTS, name)) continue
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > MOST_DAYS) {
      throw refused(`${name} must be a whole number from 1 to ${MOST_DAYS}; got ${JSON.stringify(value)}.`)
    }
  }
  const config = { ...all, ...given }
  nightlySchedule({ at: config.at })
  return config
}

const refused = (message: string): MonitorError => new MonitorError('config_invalid', message)
