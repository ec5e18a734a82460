import type { QueuedSync, QueueJobResult, QueueJobState } from '../core/queued-sync.ts'

/**
 * Where pg-boss has the jobs in PostgreSQL. Of its own: an application may have pg-boss in the same database, and another
 * version of it.
 */
export const QUEUE_SCHEMA = 'canvas_sync_queue'

/** One queued sync. Times are epoch milliseconds. */
export interface QueueJob {
  readonly id: string
  readonly sync: QueuedSync
  /** The highest goes first; 0 is usual. */
  readonly priority: number
  readonly state: QueueJobState
  readonly created_at: number
  /** Not before then. */
  readonly start_after: number
  /** When a worker last took it. */
  readonly taken_at: number | null
  readonly ended_at: number | null
  readonly result: QueueJobResult | null
}

export interface NewQueueJob {
  readonly id: string
  readonly sync: QueuedSync
  readonly priority: number
  readonly start_after: number
}

/** A worker's hold of a job: it holds nothing any more when somebody has taken the job since. */
export interface JobClaim {
  readonly job_id: string
  readonly token: number
}

export interface TakenJob extends JobClaim {
  readonly job: QueueJob
  /** After so long without a renewal it is given to others, where the job says so itself. */
  readonly lease_ms?: number
}

export interface JobQuery {
  readonly state?: QueueJobState
  readonly source?: string
  readonly limit: number
}

/** Of the jobs of one source that have not ended. */
export interface SourceDepth {
  readonly source: string
  readonly queued: number
  readonly running: number
  /** Since when the one may run that waits longest; null when none waits. One that is kept back does not wait yet. */
  readonly oldest_waiting_at: number | null
}

export type AttemptState = 'running' | 'ended' | 'handed_back' | 'abandoned'

/** One try of a job, which is one sync. */
export interface QueueAttempt extends JobClaim {
  /** 1 for the first. */
  readonly attempt: number
  readonly sync_task_id: string
  readonly source: string
  readonly worker_id: string
  readonly host: string
  readonly pid: number
  readonly process_started: string
  readonly state: AttemptState
  readonly started_at: number
  readonly ended_at: number | null
}

export interface AttemptBegin extends JobClaim {
  readonly source: string
  /** The task id of the first attempt; later ones have `.2`, `.3` behind it. */
  readonly task_id: string
  readonly worker_id: string
  readonly host: string
  readonly pid: number
  readonly process_started: string
  readonly now: number
}

/** What was known of the job when the attempt began. */
export interface AttemptBegun {
  readonly attempt: number
  readonly sync_task_id: string
  /** Attempts before this one that count: not those that were handed back. */
  readonly counted: number
  readonly cancel_requested: boolean
  /** Task ids of earlier attempts whose worker never said that they ended: they count as abandoned from now on. */
  readonly abandoned: readonly string[]
}

export interface QueueWorkerRow {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly version: string
  /** Names of the sources that it has. */
  readonly sources: readonly string[]
  readonly concurrency: number
  readonly running: number
  readonly state: 'working' | 'draining'
  readonly started_at: number
  readonly heartbeat_at: number
}

export interface QueueSchedule {
  readonly slug: string
  readonly cron: string
  /** IANA name. */
  readonly time_zone: string
  readonly sync: QueuedSync
  readonly priority: number
  readonly created_at: number
  readonly next_at: number | null
  readonly last_at: number | null
  readonly last_job_id: string | null
}

/** The worker pool as the database knows it. Jobs are here on one machine only: with PostgreSQL pg-boss has them. */
export interface QueueStore {
  /** False when there is one with this id. */
  addJob(job: NewQueueJob, now: number): Promise<boolean>
  /** The first that may run, of a source of which none runs; null when there is none. */
  takeJob(sources: readonly string[] | null, now: number): Promise<TakenJob | null>
  /** Says that these are worked on; answers with those that are still held. */
  keepJobs(claims: readonly JobClaim[], now: number): Promise<JobClaim[]>
  /** False when it is not held any more. */
  endJob(claim: JobClaim, result: QueueJobResult, now: number): Promise<boolean>
  /** Back into the queue. False when it is not held any more. */
  returnJob(claim: JobClaim, start_after: number): Promise<boolean>
  /** Ends one that waits; false when it does not. */
  cancelWaitingJob(job_id: string, now: number): Promise<boolean>
  /** Puts back whom nobody has kept since then; answers how many. */
  returnSilentJobs(silent_since: number): Promise<number>
  findJob(job_id: string): Promise<QueueJob | null>
  /** Running ones first, then those that wait in their order, then the ended, newest first. */
  listJobs(query: JobQuery): Promise<QueueJob[]>
  depths(now: number): Promise<SourceDepth[]>

  /**
   * Null when a later attempt has begun: whoever asks was away too long. Its task id is one that no other sync has, so it is
   * not always the wanted one.
   */
  beginAttempt(begin: AttemptBegin): Promise<AttemptBegun | null>
  /** Does nothing to one that has ended or was abandoned. */
  endAttempt(job_id: string, attempt: number, state: 'ended' | 'handed_back', now: number): Promise<void>
  /** Oldest first. */
  listRunningAttempts(limit: number): Promise<QueueAttempt[]>
  listAttempts(job_id: string): Promise<QueueAttempt[]>
  /** Remembers the wish; true when an attempt runs, whose worker will hear of it. */
  requestCancel(job_id: string, now: number): Promise<boolean>
  /** Of these jobs, those that somebody wants cancelled. */
  listCancelled(job_ids: readonly string[]): Promise<string[]>

  saveWorker(worker: QueueWorkerRow): Promise<void>
  removeWorker(id: string): Promise<void>
  /** Longest there first. */
  listWorkers(): Promise<QueueWorkerRow[]>

  /**
   * Makes it or replaces the one of this name, and answers with what it has now: with the same expression and time zone, one
   * that is due stays due, and what became of its last time is kept.
   */
  saveSchedule(schedule: QueueSchedule): Promise<QueueSchedule>
  removeSchedule(slug: string): Promise<boolean>
  listSchedules(): Promise<QueueSchedule[]>
  /** To its next time; false when somebody else was faster. */
  advanceSchedule(
    slug: string,
    seen_next_at: number,
    to: Pick<QueueSchedule, 'next_at' | 'last_at' | 'last_job_id'>,
  ): Promise<boolean>

  /**
   * Forgets what ended before then; at most so many of each kind. Answers how many rows are gone.
   *
   * @param unended ids of jobs from before then that wait or run: their attempts are kept
   */
  prune(before: number, limit: number, unended: readonly string[]): Promise<number>
}
