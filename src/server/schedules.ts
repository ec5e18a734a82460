import type { Clock } from '../core/clock.ts'
import { declaredSchedules, type GivenSchedules } from '../config/schedules.ts'
import { keepDeclared } from '../schedules/keep-declared.ts'
import { ScheduleWatch } from '../schedules/schedule-watch.ts'
import type { ScheduleStore } from '../store/schedules.ts'

export interface ServerScheduleOptions {
  readonly store: ScheduleStore
  readonly clock: Clock
  readonly schedules: GivenSchedules
  readonly time_zone: string
  readonly onError: (error: unknown) => void
}

/**
 * Declares the schedules of the configuration and starts the watch of a server.
 *
 * @returns ends both; to be called before the store is closed
 * @throws MonitorError `config_invalid`
 */
export async function watchSchedules(options: ServerScheduleOptions): Promise<() => Promise<void>> {
  const { store, clock, schedules, time_zone, onError } = options
  const terms = declaredSchedules(schedules, time_zone)
  const watch = new ScheduleWatch({ store, clock, onError })
  // First a look: of what is expected from now on nobody has missed the beginning.
  await watch.look()
  const endDeclaring = await keepDeclared({ store, clock, terms, onError })
  watch.start()
  return async () => {
    await Promise.all([endDeclaring(), watch.stop()])
  }
}
