import type { SyncMetadata } from '../core/sync-record.ts'
import type { Monitor } from '../tracker/monitor.ts'
import type { RemoteMonitor } from '../tracker/remote-monitor.ts'
import type { Sync } from '../tracker/types.ts'

/** Either monitor: with a database (`createMonitor`), or one that reports to a server (`createRemoteMonitor`). */
export type JobMonitor = Pick<RemoteMonitor, 'track' | 'startSync'> &
  Partial<Pick<Monitor, 'markLostSyncs' | 'store'>>

/** A value, or how to take it from the job. */
export type FromJob<J, T> = T | ((job: J) => T)

/** What a job's syncs are recorded as. Whatever one of these throws is told once, and the job runs all the same. */
export interface JobOptions<J> {
  /** Default: the name of the queue. */
  readonly syncType?: FromJob<J, string>
  /** The application's user on whose behalf it runs. Default: none. */
  readonly userId?: FromJob<J, string | number | null | undefined>
  /**
   * Names the job, the same in each of its attempts: the second is recorded as `<it>#2`. Default: the queue and the
   * library's id of the job.
   */
  readonly taskId?: (job: J) => string
  /** Free facts about the run, no personal data. */
  readonly metadata?: FromJob<J, SyncMetadata>
  /** As of a sync: there may well be nothing to read. Default false. */
  readonly mayBeEmpty?: boolean
}

/** The job's own code. The signal aborts when the library wants it to end; where it has none, never. */
export type JobWork<J, T> = (sync: Sync, job: J, signal: AbortSignal) => Promise<T>
