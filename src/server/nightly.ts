import type { Clock } from '../core/clock.ts'
import { systemZone } from '../core/local-time.ts'
import { nightlySchedule, type NightlySchedule } from '../logs/cleanup/nightly-schedule.ts'
import { NightlyPrune } from '../maintenance/nightly-prune.ts'
import { retentionConfig, type RetentionSchedule } from '../maintenance/retention.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { logFault } from './faults.ts'
import type { ServerOptions } from './server-options.ts'

/** When the logs are cleaned up; undefined for never. */
export function scheduleOf({ timeZone, logCleanup }: ServerOptions): NightlySchedule | undefined {
  if (logCleanup === false) return undefined
  return nightlySchedule({ ...logCleanup, ...(timeZone === undefined ? {} : { time_zone: timeZone }) })
}

/** When old rows are deleted; undefined for never. */
export function retentionOf({ timeZone, retention }: ServerOptions): RetentionSchedule | undefined {
  const config = retention === false ? undefined : retentionConfig(retention)
  return config?.enabled === true ? { ...config, time_zone: timeZone ?? systemZone() } : undefined
}

export function prunesEveryNight(
  monitor: Monitor,
  schedule: RetentionSchedule,
  clock: Clock,
  tell: ServerOptions['onError'],
): NightlyPrune {
  const onError = (error: unknown): void => {
    logFault(monitor, error, 'prune', 'Old rows could not be deleted.')
    tell?.(error)
  }
  return new NightlyPrune({ store: monitor.store, logs: monitor.logs, schedule, clock, onError })
}
