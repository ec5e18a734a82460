import type { Clock } from '../core/clock.ts'
import type { JobClaim, QueueStore } from '../store/queue.ts'
import { momentOf } from './lease.ts'
import type { RunningJob, StopReason } from './running-job.ts'
import type { SyncQueue } from './sync-queue.ts'

export interface HeldJobsOptions {
  readonly queue: SyncQueue
  readonly store: Pick<QueueStore, 'listCancelled'>
  readonly clock: Clock
  /** Told of each that has ended. */
  readonly onEnd: () => void
}

interface Held {
  readonly job: RunningJob
  readonly ended: Promise<void>
}

/** Between two renewals of what is held. */
const KEEP_MS = 2000
/** Between two looks whether it still is: a renewal may hang for longer than the lease. */
const LOOK_MS = 1000
/** Of the longest time that the queue leaves a job to one hold: the sync goes on in another one. */
const LONGEST_HOLD = 0.8

/** The jobs of one worker: renews them, and stops what it does not hold any more or what is to be cancelled. */
export class HeldJobs {
  readonly #options: HeldJobsOptions
  /** By hold: the same job may be taken again while its last attempt is still ending. */
  readonly #held = new Map<string, Held>()
  #keeping: Promise<void> | null = null

  constructor(options: HeldJobsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * @param run must not throw. Begins when what this worker still has of the source has ended: the queue gives no other of
   * it before it has taken that away.
   */
  begin(job: RunningJob, run: () => Promise<void>): void {
    const key = keyOf(job.claim)
    const { source } = job.taken.job.sync
    const former = [...this.#held.values()].filter((held) => held.job.taken.job.sync.source === source)
    for (const held of former) held.job.stop('lease_lost')
    const ended = Promise.all(former.map((held) => held.ended))
      .then(run)
      .finally(() => {
        this.#held.delete(key)
        this.#options.onEnd()
      })
    this.#held.set(key, { job, ended })
  }

  stopAll(reason: StopReason): void {
    for (const { job } of this.#held.values()) job.stop(reason)
  }

  /** @returns ends it, when the renewal under way has ended */
  keep(): () => Promise<void> {
    const { clock } = this.#options
    const end_looking = clock.every(LOOK_MS, () => {
      for (const { job } of this.#held.values()) job.mayGoOn()
    })
    const end_keeping = clock.every(KEEP_MS, () => {
      this.#keeping ??= this.#renew().finally(() => {
        this.#keeping = null
      })
    })
    return async () => {
      end_looking()
      end_keeping()
      await this.#keeping
    }
  }

  async #renew(): Promise<void> {
    const { queue, store, clock } = this.#options
    // What has been stopped for good must not be renewed: it would come back the later.
    const held = [...this.#held.values()].flatMap(({ job }) => (job.mayGoOn() ? [job] : []))
    if (held.length === 0) return
    const longest_ms = (queue.longest_hold_ms ?? Number.POSITIVE_INFINITY) * LONGEST_HOLD
    for (const job of held) if (job.held_ms > longest_ms) job.stop('hand_back')
    const asked = momentOf(clock)
    try {
      const kept = new Set((await queue.keep(held.map(({ claim }) => claim))).map(keyOf))
      for (const job of held) {
        if (kept.has(keyOf(job.claim))) job.lease.renew(asked)
        // One that has just been settled is held no more either.
        else if (this.#held.has(keyOf(job.claim))) job.stop('lease_lost')
      }
      const cancelled = new Set(await store.listCancelled(held.map(({ claim }) => claim.job_id)))
      for (const job of held) if (cancelled.has(job.claim.job_id)) job.stop('cancel')
    } catch {
      // The lease runs out by itself.
    }
  }
}

const keyOf = ({ job_id, token }: JobClaim): string => `${token} ${job_id}`
