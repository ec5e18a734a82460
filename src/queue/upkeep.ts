import type { Clock } from '../core/clock.ts'
import { RepeatedLook } from '../core/repeated-look.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import type { QueueAttempt, QueueWorkerRow } from '../store/queue.ts'
import { processState } from '../tracker/lost-syncs.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import { fireSchedules } from './fire-schedules.ts'
import type { SyncQueue } from './sync-queue.ts'

export interface UpkeepOptions {
  readonly queue: SyncQueue
  readonly monitor: Monitor
  readonly clock: Clock
  readonly row: () => QueueWorkerRow
  readonly trouble: (message: string) => void
}

const LOOK_MS = 2000
const PRUNE_MS = 3_600_000
const KEPT_MS = 30 * 86_400_000
const PRUNED_AT_ONCE = 1000
const ATTEMPTS_LOOKED_AT = 1000
const JOBS_LOOKED_AT = 10_000
/** Whoever has just ended a job calls its attempt ended within seconds. */
const SETTLED_AFTER_MS = 3_600_000

/** What every worker does beside its syncs; any number of them may do so at the same time. */
export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #looks: RepeatedLook
  #pruned_at = Number.NEGATIVE_INFINITY
  #failing = false
  /** Schedules that were told of. */
  readonly #unreadable = new Set<string>()
  #answered_at: number | null = null

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#looks = new RepeatedLook(options.clock, () => this.#look())
  }

  async start(): Promise<void> {
    await this.#looks.once()
    this.#looks.every(LOOK_MS)
  }

  async stop(): Promise<void> {
    await this.#looks.stop()
    const { monitor, row } = this.#options
    await monitor.store.queue.removeWorker(row().id).catch(() => undefined)
  }

  /** Says how it stands, at once. */
  async tell(): Promise<void> {
    const { monitor, row } = this.#options
    await monitor.store.queue.saveWorker(row()).catch(() => undefined)
  }

  /** Monotonic: when the database last answered; null when it never did. */
  get answered_at(): number | null {
    return this.#answered_at
  }

  async #look(): Promise<void> {
    const { queue, monitor, clock, row, trouble } = this.#options
    const unreadable = (slug: string, error: unknown): void => {
      if (this.#unreadable.has(slug)) return
      this.#unreadable.add(slug)
      const reason = error instanceof Error ? error.message : 'unknown'
      trouble(`This machine cannot tell when the schedule ${slug} is due, others may: ${reason}`)
    }
    try {
      await monitor.store.queue.saveWorker(row())
      this.#answered_at = clock.monotonic()
      await queue.returnSilent()
      await this.#returnOfDead()
      await fireSchedules(monitor.store.queue, queue, unreadable)
      if (clock.monotonic() - this.#pruned_at >= PRUNE_MS) {
        this.#pruned_at = clock.monotonic()
        await this.#forget()
      }
      this.#failing = false
    } catch {
      if (!this.#failing) trouble('The database cannot be reached; trying again.')
      this.#failing = true
    }
    const problem = queue.takeProblem()
    if (problem !== null && !this.#failing) trouble(`The queue says: ${problem}`)
  }

  /** A process of this machine that is gone holds nothing, however long its lease still lasts. */
  async #returnOfDead(): Promise<void> {
    const { queue, monitor } = this.#options
    const { queue: store } = monitor.store
    const surroundings = { self: processIdentity(), startOf: processStart }
    for (const attempt of await store.listRunningAttempts(ATTEMPTS_LOOKED_AT)) {
      if (processState(attempt, surroundings) !== 'gone') continue
      const { job_id, token } = attempt
      if (await queue.giveBack({ job_id, token }, 0)) continue
      await this.#endSettled(attempt)
    }
  }

  /** Attempts of jobs that have ended, which nobody called ended, also of machines that are gone; and all that is old. */
  async #forget(): Promise<void> {
    const { queue, monitor, clock } = this.#options
    const { queue: store } = monitor.store
    for (const attempt of await store.listRunningAttempts(ATTEMPTS_LOOKED_AT)) {
      if (attempt.started_at < clock.now() - SETTLED_AFTER_MS) await this.#endSettled(attempt)
    }
    const before = clock.now() - KEPT_MS
    const unended = [
      ...(await queue.list({ state: 'queued', limit: JOBS_LOOKED_AT })),
      ...(await queue.list({ state: 'running', limit: JOBS_LOOKED_AT })),
    ]
    const kept = unended.flatMap(({ id, created_at }) => (created_at < before ? [id] : []))
    await store.prune(before, PRUNED_AT_ONCE, kept)
  }

  async #endSettled({ job_id, attempt }: QueueAttempt): Promise<void> {
    const { queue, monitor, clock } = this.#options
    const job = await queue.find(job_id)
    if (job === null || job.state === 'ended')
      await monitor.store.queue.endAttempt(job_id, attempt, 'ended', clock.now())
  }
}
