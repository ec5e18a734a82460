import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { RepeatedLook } from '../core/repeated-look.ts'
import { counted } from '../core/number-text.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import { lastNight } from '../logs/cleanup/nightly-schedule.ts'
import type { JobTake } from '../store/retention-store.ts'
import type { Store } from '../store/store.ts'
import { pruneStore, type PruneReport } from './prune-store.ts'
import type { RetentionSchedule } from './retention.ts'

const JOB = 'prune'
const LOOK_MS = 30_000
/** A holder that says nothing for so long is gone. Two at the same time would do no harm, only work twice. */
const LEASE_MS = 120_000
const KEEP_EVERY_MS = 20_000

export interface NightlyPruneOptions {
  readonly store: Store
  readonly logs: Pick<LogWriter, 'write'>
  readonly schedule: RetentionSchedule
  readonly clock: Clock
  /** Gets what kept a night's run from its end; it is tried again half a minute later. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks at the clock. Default 30,000. */
  readonly look_ms?: number
}

/**
 * Deletes old rows once a night, however many servers share the database: the night is taken in a row of the database,
 * and whoever comes later finds it taken or done. One that was killed is taken over after two minutes. A night that no
 * server saw is made up for, but a database that was never pruned waits for its first night: who upgrades has until then
 * to say how long rows are to be kept.
 */
export class NightlyPrune {
  readonly #options: NightlyPruneOptions
  readonly #holder = randomUUID()
  readonly #stopping = new AbortController()
  readonly #looks: RepeatedLook
  #begun = false
  #done_night = ''

  constructor(options: NightlyPruneOptions) {
    this.#options = options
    this.#looks = new RepeatedLook(options.clock, () => this.#look())
    this.#looks.every(options.look_ms ?? LOOK_MS)
  }

  /** Stops behind the step under way; the next server that looks goes on. */
  stop(): Promise<void> {
    this.#stopping.abort()
    return this.#looks.stop()
  }

  async #look(): Promise<void> {
    const { store, schedule, clock, onError } = this.#options
    try {
      const night = lastNight(schedule, clock.now()).id
      if (night === this.#done_night || this.#stopping.signal.aborted) return
      if (!this.#begun) await store.retention.beginJob(JOB, night)
      this.#begun = true
      const take = (): JobTake => ({
        job: JOB,
        holder: this.#holder,
        done_for: night,
        now: clock.now(),
        lease_ms: LEASE_MS,
      })
      const turn = await store.retention.takeJob(take())
      if (turn === 'done') this.#done_night = night
      if (turn !== 'taken') return
      let report: PruneReport | null = null
      try {
        report = await this.#prune(take)
      } finally {
        await store.retention.endJob(take(), report?.complete === true ? JSON.stringify(report) : null)
      }
      if (!report.complete) return
      this.#done_night = night
      this.#tell(report)
    } catch (error) {
      onError(error)
    }
  }

  #prune(take: () => JobTake): Promise<PruneReport> {
    const { store, schedule, clock } = this.#options
    const { sync_days, change_days, audit_days, event_id_days } = schedule
    let kept_at = clock.monotonic()
    return pruneStore({
      store,
      days: { sync_days, change_days, audit_days, event_id_days },
      clock,
      signal: this.#stopping.signal,
      onStep: async () => {
        if (clock.monotonic() - kept_at < KEEP_EVERY_MS) return true
        kept_at = clock.monotonic()
        return await store.retention.keepJob(take())
      },
    })
  }

  #tell({ syncs, courses, duration_ms }: PruneReport): void {
    this.#options.logs.write('operations', {
      level: 'INFO',
      event: 'prune_completed',
      task_id: null,
      user_id: null,
      fields: { deleted: syncs, courses, duration_ms },
      message: `Deleted ${counted(syncs, 'old sync')} with ${counted(courses, 'course outcome')}.`,
    })
  }
}
