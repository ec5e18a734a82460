import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import type { ScheduleTerms } from '../core/schedule.ts'
import { MOST_SCHEDULES, type ScheduleStore } from '../store/schedules.ts'

/** Some times before the others of the database take it for gone. */
const AGAIN_MS = 60_000

export interface DeclaredOptions {
  readonly store: Pick<ScheduleStore, 'declareAll'>
  readonly clock: Clock
  /** All that the configuration of this server has. */
  readonly terms: readonly ScheduleTerms[]
  readonly onError: (error: unknown) => void
}

/**
 * Declares the schedules of a configuration, and goes on to say that it has them: servers on one database may have
 * different configurations, as they do while they are upgraded one after the other, and none takes away what another has.
 *
 * @returns ends it; resolves when nothing is under way any more
 * @throws what the store throws at the first time; later that goes to `onError`
 */
export async function keepDeclared(options: DeclaredOptions): Promise<() => Promise<void>> {
  const { store, clock, terms, onError } = options
  const { left_out } = await store.declareAll(terms, clock.now(), 'start')
  if (left_out.length > 0) onError(tooMany(left_out))
  let declaring: Promise<void> | undefined
  const declare = async (): Promise<void> => {
    try {
      await store.declareAll(terms, clock.now(), 'still')
    } catch (error) {
      onError(error)
    }
  }
  const end = clock.every(AGAIN_MS, () => {
    declaring ??= declare().finally(() => {
      declaring = undefined
    })
  })
  return async () => {
    end()
    await declaring
  }
}

function tooMany(left_out: readonly string[]): MonitorError {
  const there_are = `There are ${MOST_SCHEDULES} schedules, which is as many as there may be`
  const which = `${left_out.length} of the configuration are not watched, among them ${left_out[0] ?? ''}`
  return new MonitorError('config_invalid', `${there_are}: ${which}.`, {
    next_step:
      'Delete some that pings or the API have declared: those of the configuration follow within a minute.',
  })
}
