import { systemClock } from '../core/clock.ts'
import type { ScheduleTerms } from '../core/schedule.ts'
import type { RemoteOptions } from '../remote/remote-options.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { declareByPing } from './declare-by-ping.ts'
import { warnOnce, type TellTrouble } from './unrecorded.ts'

/** When a job's syncs start, as the job itself knows it. Durations are texts such as `15m`. */
export interface JobSchedule {
  /** Five fields; of six the first, the seconds, is left out. Either this or `every`. */
  readonly cron?: string | undefined
  /** Never longer than so long between two starts. */
  readonly every?: string | undefined
  /** IANA name. Default: that of this process. */
  readonly timeZone?: string | undefined
  /** How late a sync may start. Default 5 minutes, or the shortest time between two starts where that is less. */
  readonly margin?: string | undefined
  /** How long a run may take. Default: no rule. */
  readonly maxRun?: string | undefined
  /** Default: the name of the schedule. */
  readonly syncType?: string | undefined
  /** Default: any user. */
  readonly userId?: string | number | undefined
}

/** `kept`: somebody whose word counts for more has declared it. `not_declared`: it was refused; why is told on stderr. */
export type DeclaredSchedule = 'created' | 'changed' | 'unchanged' | 'kept' | 'told' | 'not_declared'

/** A monitor with a database, or the server that a job reports to: `told` is all that it answers. */
export type ScheduleKeeper = Pick<Monitor, 'store'> | Pick<RemoteOptions, 'url' | 'token' | 'allowInsecure'>

/**
 * Tells the monitor when a job starts, so that a server finds the run that never did. It counts for as much as a ping does:
 * the configuration and the API may say otherwise.
 *
 * @param name 1 to 50 characters of a-z, 0-9, _ and -
 * @throws MonitorError `config_invalid` for a schedule that is none, or one that a server far away must be told by its API;
 *   never because the database or the server is away
 */
export async function declareSchedule(
  keeper: ScheduleKeeper,
  name: string,
  schedule: JobSchedule,
): Promise<DeclaredSchedule> {
  return await declareTerms(keeper, await checkJobSchedule(name, schedule))
}

/** @throws MonitorError `config_invalid` */
export async function checkJobSchedule(
  name: string,
  { cron, every, timeZone, margin, maxRun, syncType, userId }: JobSchedule,
): Promise<ScheduleTerms> {
  // Only a job that has a schedule pays for what checks one.
  const { checkSchedule } = await import('../schedules/check-schedule.ts')
  const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const fields = { every, margin, max_run: maxRun, sync_type: syncType, user_id: userId }
  return checkSchedule(name, { cron: toTheMinute(cron), ...fields }, zone)
}

/** @throws MonitorError `config_invalid` for what a server can only be told by its API */
export async function declareTerms(
  keeper: ScheduleKeeper,
  terms: ScheduleTerms,
  tell: TellTrouble = warnOnce,
): Promise<DeclaredSchedule> {
  if ('url' in keeper) return await declareByPing(keeper, terms, tell)
  try {
    const declarer = { origin: 'ping', reported_by: null } as const
    const { outcome } = await keeper.store.schedules.declare(terms, declarer, systemClock.now(), null)
    if (outcome !== 'full') return outcome
    tell(`The schedule ${terms.slug} is not watched`, 'there are as many as there may be')
  } catch (error) {
    tell(`The schedule ${terms.slug} is not watched`, error)
  }
  return 'not_declared'
}

/** Times are watched to the minute, whatever stands for the seconds before the five fields. */
function toTheMinute(cron: string | undefined): string | undefined {
  return cron?.replace(/^\s*\S+\s+(?=(?:\S+\s+){4}\S+\s*$)/, '')
}
