import type { SyncErrorType } from '../core/error-types.ts'
import type { CourseOutcome, SyncCounters, SyncMetadata, SyncRow } from '../core/sync-record.ts'
import type { FinishStatus, SyncStatus } from '../core/sync-status.ts'

export interface SyncStart {
  readonly sync_task_id: string
  readonly user_id: string | null
  readonly sync_type: string
  readonly target_course_id: string | null
  readonly incremental_sync: boolean
  readonly use_pagination: boolean
  readonly chunk_size: number | null
  readonly sync_metadata: SyncMetadata | null
  readonly trigger: string
  readonly host: string
  readonly pid: number
  /** What tells this process from a later one with the same pid; null where the system does not say. */
  readonly process_started: string | null
  /** Epoch milliseconds; also the first heartbeat. */
  readonly started_at: number
}

/** What a running sync tells of itself; each field given replaces what was there. */
export interface SyncProgress {
  readonly counters: Readonly<SyncCounters>
  readonly heartbeat_at: number
  /** How long it has run by its own monotonic clock; left out, what was said before stays. */
  readonly running_ms?: number
  readonly progress_percent: number | null
  readonly progress_current: string | null
  readonly api_rate_limit_remaining_min: number | null
  readonly target_course_id: string | null
  readonly incremental_sync: boolean
  readonly chunk_size: number | null
  readonly sync_metadata: SyncMetadata | null
}

export interface SyncFinish extends SyncProgress {
  readonly status: FinishStatus
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
  readonly finished_at: number
  readonly duration_ms: number
  /** Its job says that there may well be nothing: then it is completed, too. Default false. */
  readonly may_be_empty?: boolean
}

export interface FinishAnswer {
  /** False when the sync had a final status already that this one may not replace. */
  readonly applied: boolean
  /** `failed` of one that said `completed`: it has read nothing unexpectedly (`UNEXPECTEDLY_EMPTY`). */
  readonly status: SyncStatus
  /** The status that was repaired, when a late finish replaced `lost`. */
  readonly repaired_from: SyncStatus | null
  /** Of the row as it is now; null also where only a server far away knows. */
  readonly error_group_id: number | null
}

export interface SyncFilter {
  readonly user_id?: string
  readonly status?: SyncStatus
  readonly statuses?: readonly SyncStatus[]
  readonly sync_type?: string
  readonly host?: string
  /** Only syncs that started at or after this time, epoch milliseconds. */
  readonly since?: number
  readonly limit: number
}

export interface RunningSyncKey {
  readonly sync_start_time: number
  readonly id: number
}

/** A sync in progress, as far as it matters to whether it lives. */
export interface RunningSync extends RunningSyncKey {
  readonly sync_task_id: string
  readonly user_id: string | null
  readonly sync_type: string
  readonly host: string | null
  readonly pid: number | null
  readonly process_started: string | null
  /** Goes up with each heartbeat. */
  readonly heartbeat_count: number
  /** As of its last heartbeat, or of {@link SyncStore.saveRunningTime}; null when nobody said. */
  readonly running_ms: number | null
  /** False where silence means nothing: whoever reported it does not send heartbeats. */
  readonly heartbeat_expected: boolean
}

export interface StatusChange {
  readonly sync_id: number
  readonly old_status: SyncStatus | null
  readonly new_status: SyncStatus
  readonly reason: string | null
  readonly changed_at: number
}

/** What a running sync tells of itself: a store takes it, and so does a server far away. */
export type SyncReports = Pick<
  SyncStore,
  'startSync' | 'saveProgress' | 'saveSource' | 'finishSync' | 'saveCourseOutcome'
> & {
  /** True where the answer to an end says nothing of how it is judged: that is done far away, and later. */
  readonly judged_elsewhere?: true
}

/** The rows of `canvas_sync_metrics` and what hangs on them. */
export interface SyncStore {
  /** Creates the row with its first heartbeat in one transaction. Throws `task_id_taken`. */
  startSync(start: SyncStart): Promise<number>
  /** Also the heartbeat. Does nothing to a sync that is not in progress; returns whether it was. */
  saveProgress(sync_id: number, progress: SyncProgress): Promise<boolean>
  /**
   * Says that these syncs' process is alive; leaves those alone that are not in progress. `running_ms` holds how long
   * each has run by the reporter's monotonic clock, in the order of the ids.
   */
  heartbeat(sync_ids: readonly number[], at: number, running_ms?: readonly number[]): Promise<void>
  /** Names the source and scope that a running sync reads. */
  saveSource(sync_id: number, source_id: number, scope: string): Promise<void>
  finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer>
  saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void>
  /** Marks `in_progress` syncs as `lost`; those that ended meanwhile are left alone. Returns the ids changed. */
  markLost(sync_ids: readonly number[], reason: string, at: number): Promise<number[]>
  /** Marks an `in_progress` sync as `timed_out` after `running_ms`; false when it had ended meanwhile. */
  markTimedOut(sync_id: number, reason: string, at: number, running_ms: number): Promise<boolean>

  getSync(sync_id: number): Promise<SyncRow | null>
  getSyncByTaskId(sync_task_id: string): Promise<SyncRow | null>
  /** Oldest first, those after the one given: what is needed to tell whether they live, and no more. */
  listRunning(after: RunningSyncKey | null, limit: number): Promise<RunningSync[]>
  /** Keeps what was observed of a running sync that does not say itself how long it runs; only ever more. */
  saveRunningTime(sync_id: number, running_ms: number): Promise<void>
  /** Newest first. */
  listSyncs(filter: SyncFilter): Promise<SyncRow[]>
  listCourseOutcomes(sync_id: number): Promise<CourseOutcome[]>
  listStatusChanges(sync_id: number): Promise<StatusChange[]>
  /** The newest sync of a source and scope that has ended, apart from `except`. */
  lastEndedSync(source_id: number, scope: string, except: number): Promise<SyncRow | null>
}
