import type { Clock } from '../core/clock.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import type { QueueWorkerRow } from '../store/queue.ts'
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

/** What every worker does beside its syncs; any number of them may do so at the same time. */
export class Upkeep {
  readonly #options: UpkeepOptions
  #looking: Promise<void> | null = null
  #end: () => void = () => {}
  #pruned_at = Number.NEGATIVE_INFINITY
  #failing = false

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await this.#lookOnce()
    this.#end = this.#options.clock.every(LOOK_MS, () => void this.#lookOnce())
  }

  async stop(): Promise<void> {
    this.#end()
    await this.#looking
    const { monitor, row } = this.#options
    await monitor.store.queue.removeWorker(row().id).catch(() => undefined)
  }

  /** Says how it stands, at once. */
  async tell(): Promise<void> {
    const { monitor, row } = this.#options
    await monitor.store.queue.saveWorker(row()).catch(() => undefined)
  }

  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const { queue, monitor, clock, row, trouble } = this.#options
    try {
      await monitor.store.queue.saveWorker(row())
      await queue.returnSilent()
      await this.#returnOfDead()
      await fireSchedules(monitor.store.queue, queue, clock)
      if (clock.monotonic() - this.#pruned_at >= PRUNE_MS) {
        this.#pruned_at = clock.monotonic()
        await monitor.store.queue.prune(clock.now() - KEPT_MS, PRUNED_AT_ONCE)
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
    const { queue, monitor, clock } = this.#options
    const { queue: store } = monitor.store
    const surroundings = { self: processIdentity(), startOf: processStart }
    for (const attempt of await store.listRunningAttempts(ATTEMPTS_LOOKED_AT)) {
      if (processState(attempt, surroundings) !== 'gone') continue
      const { job_id, token } = attempt
      if (await queue.giveBack({ job_id, token }, 0)) continue
      const job = await queue.find(job_id)
      if (job === null || job.state === 'ended')
        await store.endAttempt(job_id, attempt.attempt, 'ended', clock.now())
    }
  }
}
