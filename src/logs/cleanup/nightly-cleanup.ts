import type { Clock } from '../../core/clock.ts'
import { RepeatedLook } from '../../core/repeated-look.ts'
import type { LogDirectory } from './log-directory.ts'
import { lastNight, type NightlySchedule } from './nightly-schedule.ts'

/** The time of day is looked at this often, so that neither a jump of the clock nor a laptop's sleep matters. */
const LOOK_MS = 30_000

export interface NightlyCleanupOptions {
  readonly logs: Pick<LogDirectory, 'startCleanup'>
  readonly schedule: NightlySchedule
  readonly clock: Clock
  /** Gets what keeps a night's run from starting; it is tried again half a minute later. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks at the clock. Default 30,000. */
  readonly look_ms?: number
}

/**
 * Cleans the logs up once a night, however many servers work on the folder: the night is in the history of
 * clean-ups, which only the holder of the clean-up lock reads and writes for it. Whoever comes later finds the
 * night done. A night that no server saw (all were down) is made up for by the first that starts before the
 * next one. A run that was killed is in no history, and so is begun again.
 */
export class NightlyCleanup {
  readonly #options: NightlyCleanupOptions
  readonly #looks: RepeatedLook
  #done_night = ''

  constructor(options: NightlyCleanupOptions) {
    this.#options = options
    this.#looks = new RepeatedLook(options.clock, () => this.#look())
    this.#looks.every(options.look_ms ?? LOOK_MS)
  }

  /** Resolves when nothing more will be started; the run under way is its log directory's to end. */
  stop(): Promise<void> {
    return this.#looks.stop()
  }

  async #look(): Promise<void> {
    const { logs, schedule, clock, onError } = this.#options
    try {
      const night = lastNight(schedule, clock.now()).id
      if (night === this.#done_night || this.#looks.stopped) return
      const start = await logs.startCleanup(schedule, { scheduled_for: night })
      // Somebody else's clean-up is running: it may be this night's, which the next look finds out.
      if (!start.started && start.already_done !== true) return
      this.#done_night = night
    } catch (error) {
      onError(error)
    }
  }
}
