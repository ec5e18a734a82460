import type { QueueJobResult } from '../core/queued-sync.ts'
import type { JobClaim, JobQuery, NewQueueJob, QueueJob, SourceDepth, TakenJob } from '../store/queue.ts'

/**
 * Which syncs wait and who holds them. One sync of a source is held at a time, by one worker. A queue is whatever passes
 * `test/queue/queue-suite.ts`.
 *
 * A hold lasts for {@link SyncQueue.lease_ms} and is renewed with {@link SyncQueue.keep}. Each hold of a job has a higher
 * token than the one before, so that a worker which was away too long changes nothing any more.
 */
export interface SyncQueue extends AsyncDisposable {
  /** Milliseconds that a worker may be silent before its jobs are given to others. */
  readonly lease_ms: number
  /** After so long it gives a job to others however often that was renewed; null where there is no such limit. */
  readonly longest_hold_ms: number | null
  /** The time that all workers agree on: where there are many machines, the database's. */
  now(): Promise<number>
  /** False when there is a job with this id. */
  add(job: NewQueueJob): Promise<boolean>
  /**
   * The most urgent job that may run, of a source of which none runs: the highest priority, then the oldest.
   *
   * @param sources only of these; null for any
   */
  take(sources: readonly string[] | null): Promise<TakenJob | null>
  /** Renews holds; answers with those that still hold. */
  keep(claims: readonly JobClaim[]): Promise<JobClaim[]>
  /** The job has ended. False when it is not held any more, as with all that take a claim. */
  end(claim: JobClaim, result: QueueJobResult): Promise<boolean>
  /** Puts the job back, to be taken after `delay_ms`. */
  giveBack(claim: JobClaim, delay_ms: number): Promise<boolean>
  /** Ends a job that waits; false when it does not. Whoever asks has made sure that no worker begins it meanwhile. */
  cancelWaiting(job_id: string): Promise<boolean>
  /** Puts back what silent workers held; some queues do so by themselves. */
  returnSilent(): Promise<void>
  find(job_id: string): Promise<QueueJob | null>
  /** Running ones first, then those that wait in their order, then the ended, newest first. */
  list(query: JobQuery): Promise<QueueJob[]>
  /** By source: how many wait and run. */
  depths(): Promise<SourceDepth[]>
  /** What went wrong behind its back since the last call, for people; null when all is well. */
  takeProblem(): string | null
  close(): Promise<void>
}

/** Shorter, and a busy database or a long garbage collection would take work away from workers that live. */
export const SHORTEST_LEASE_MS = 10_000
export const DEFAULT_LEASE_MS = 30_000
