import type { Clock } from '../core/clock.ts'
import type { QueueJobResult } from '../core/queued-sync.ts'
import type {
  JobClaim,
  JobQuery,
  NewQueueJob,
  QueueJob,
  QueueStore,
  SourceDepth,
  TakenJob,
} from '../store/queue.ts'
import type { SyncQueue } from './sync-queue.ts'

/** The queue of one machine, in its SQLite database. */
export class EmbeddedQueue implements SyncQueue {
  readonly lease_ms: number
  readonly longest_hold_ms: number | null = null
  readonly #store: QueueStore
  readonly #clock: Clock

  constructor(store: QueueStore, clock: Clock, lease_ms: number) {
    this.#store = store
    this.#clock = clock
    this.lease_ms = lease_ms
  }

  async now(): Promise<number> {
    return this.#clock.now()
  }

  add(job: NewQueueJob): Promise<boolean> {
    return this.#store.addJob(job, this.#clock.now())
  }

  take(sources: readonly string[] | null): Promise<TakenJob | null> {
    return this.#store.takeJob(sources, this.#clock.now())
  }

  keep(claims: readonly JobClaim[]): Promise<JobClaim[]> {
    return this.#store.keepJobs(claims, this.#clock.now())
  }

  end(claim: JobClaim, result: QueueJobResult): Promise<boolean> {
    return this.#store.endJob(claim, result, this.#clock.now())
  }

  giveBack(claim: JobClaim, delay_ms: number): Promise<boolean> {
    return this.#store.returnJob(claim, this.#clock.now() + delay_ms)
  }

  cancelWaiting(job_id: string): Promise<boolean> {
    return this.#store.cancelWaitingJob(job_id, this.#clock.now())
  }

  async returnSilent(): Promise<void> {
    await this.#store.returnSilentJobs(this.#clock.now() - this.lease_ms)
  }

  find(job_id: string): Promise<QueueJob | null> {
    return this.#store.findJob(job_id)
  }

  list(query: JobQuery): Promise<QueueJob[]> {
    return this.#store.listJobs(query)
  }

  depths(): Promise<SourceDepth[]> {
    return this.#store.depths(this.#clock.now())
  }

  takeProblem(): null {
    return null
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
