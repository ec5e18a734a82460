import type { Caller } from '../../core/access.ts'
import { isMonitorError } from '../../core/errors.ts'
import { checkSchedule, type GivenSchedule } from '../../schedules/check-schedule.ts'
import { problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { reporterOf } from './ingest-events.ts'

/** Of pings that name no zone, as Healthchecks and Sentry have it. */
const ZONE = 'UTC'
/** As Healthchecks makes one of which nothing is said. */
const DEFAULT_PERIOD: GivenSchedule = { every: '1d', margin: '1h' }

/** What the address of a ping may say of its schedule, by the names of Healthchecks. */
export interface PingSchedule {
  /** `1`: make a schedule when there is none of the slug. */
  readonly create?: string | undefined
  /** A cron expression. */
  readonly schedule?: string | undefined
  /** The longest time between two runs: seconds, or a duration such as `6h`. */
  readonly timeout?: string | undefined
  /** The margin: seconds, or a duration. */
  readonly grace?: string | undefined
  readonly tz?: string | undefined
}

/** What a check-in says of its monitor, as Sentry has it: margin and longest run are minutes. */
export interface MonitorConfig {
  readonly schedule:
    | { readonly type: 'crontab'; readonly value: string }
    | { readonly type: 'interval'; readonly value: number; readonly unit: keyof typeof UNIT_MINUTES }
  readonly checkin_margin?: number | null | undefined
  readonly max_runtime?: number | null | undefined
  readonly timezone?: string | null | undefined
}

/** Months and years are as long as they are on average. */
export const UNIT_MINUTES = {
  minute: 1,
  hour: 60,
  day: 1440,
  week: 10_080,
  month: 43_830,
  year: 525_960,
} as const

/** Null when the ping says nothing of a schedule; `only_new` when it leaves one alone that there is. */
export function ofHealthchecks(
  given: PingSchedule,
): { readonly given: GivenSchedule; readonly only_new: boolean } | null {
  const { create, schedule, timeout, grace, tz } = given
  const says_when = schedule !== undefined || timeout !== undefined
  if (!says_when && create !== '1') return null
  if (!says_when) return { given: { ...DEFAULT_PERIOD, time_zone: tz }, only_new: true }
  const duration = (text: string | undefined): string | undefined =>
    text !== undefined && /^\d{1,9}$/.test(text) ? `${text}s` : text
  return {
    given: { cron: schedule, every: duration(timeout), margin: duration(grace), time_zone: tz },
    only_new: false,
  }
}

export function ofSentry({ schedule, checkin_margin, max_runtime, timezone }: MonitorConfig): GivenSchedule {
  const minutes = (count: number | null | undefined): string | null =>
    count == null || count === 0 ? null : `${count}m`
  return {
    ...(schedule.type === 'crontab'
      ? { cron: schedule.value }
      : { every: `${schedule.value * UNIT_MINUTES[schedule.unit]}m` }),
    margin: minutes(checkin_margin),
    max_run: minutes(max_runtime),
    time_zone: timezone,
  }
}

/**
 * Makes or changes the schedule that a ping speaks of, unless the configuration, the API or another token has declared
 * it. The ping itself was taken before: a start counts, whatever is wrong with its schedule.
 *
 * @returns why it was not taken, or that there was none before; null when it was changed, or stays as it is
 */
export async function declareByPing(
  { store, clock }: Pick<ApiServices, 'store' | 'clock'>,
  slug: string,
  { given, only_new }: { readonly given: GivenSchedule; readonly only_new: boolean },
  { caller, audit }: { readonly caller: Caller } & Pick<RequestFacts, 'audit'>,
): Promise<Answer | 'created' | null> {
  try {
    const terms = checkSchedule(slug, given, ZONE)
    if (only_new && (await store.schedules.find(slug)) !== null) return null
    const { name, trusted } = reporterOf(caller)
    const by = { origin: 'ping', reported_by: name, trusted } as const
    const entry = audit.entry('schedule_declared', { target: slug })
    const { outcome } = await store.schedules.declare(terms, by, clock.now(), entry)
    if (outcome === 'full') return notTaken('There are as many schedules as there may be.')
    return outcome === 'created' ? 'created' : null
  } catch (error) {
    if (isMonitorError(error) && error.code === 'config_invalid') return notTaken(error.message)
    throw error
  }
}

const notTaken = (why: string): Answer => problem(400, `The ping was taken, its schedule was not: ${why}`)
