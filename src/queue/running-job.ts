import type { Clock } from '../core/clock.ts'
import type { JobClaim, TakenJob } from '../store/queue.ts'
import { Lease, type Moment } from './lease.ts'

/** Why a sync is stopped before its end. */
export type StopReason = 'cancel' | 'hand_back' | 'lease_lost'

/** A job that this worker holds: whether it still does, and whether its sync should stop. */
export class RunningJob {
  readonly taken: TakenJob
  readonly lease: Lease
  readonly #clock: Clock
  readonly #taken_at: number
  readonly #abort = new AbortController()
  #stop_reason: StopReason | null = null

  constructor(taken: TakenJob, clock: Clock, lease_ms: number, asked: Moment) {
    this.taken = taken
    this.#clock = clock
    this.#taken_at = asked.monotonic
    // The queue gives it away by the lease that the job was added with.
    this.lease = new Lease(clock, Math.min(lease_ms, taken.lease_ms ?? lease_ms), asked)
  }

  get claim(): JobClaim {
    return { job_id: this.taken.job_id, token: this.taken.token }
  }

  get held_ms(): number {
    return this.#clock.monotonic() - this.#taken_at
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The first reason; a lost lease counts more than any other, because nothing may be said of the job then. */
  get stop_reason(): StopReason | null {
    return this.#stop_reason
  }

  stop(reason: StopReason): void {
    if (this.#stop_reason === null || reason === 'lease_lost') this.#stop_reason = reason
    this.#abort.abort()
  }

  /** Whether it may still ask Canvas or write anything: looked at before each call and write, and stops the sync when not. */
  mayGoOn = (): boolean => {
    if (this.#stop_reason !== 'lease_lost' && this.lease.isHeld()) return true
    this.stop('lease_lost')
    return false
  }
}
