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
}

export interface FinishAnswer {
  /** False when the sync had a final status already that this one may not replace. */
  readonly applied: boolean
  readonly status: SyncStatus
  /** The status that was repaired, when a late finish replaced `lost`. */
  readonly repaired_from: SyncStatus | null
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

export interface StatusChange {
  readonly sync_id: number
  readonly old_status: SyncStatus | null
  readonly new_status: SyncStatus
  readonly reason: string | null
  readonly changed_at: number
}

/** The rows of `canvas_sync_metrics` and what hangs on them. */
export interface SyncStore {
  /** Creates the row with its first heartbeat in one transaction. Throws `task_id_taken`. */
  startSync(start: SyncStart): Promise<number>
  /** Also the heartbeat. Does nothing to a sync that is not in progress; returns whether it was. */
  saveProgress(sync_id: number, progress: SyncProgress): Promise<boolean>
  /** Says that these syncs' process is alive; leaves those alone that are not in progress. */
  heartbeat(sync_ids: readonly number[], at: number): Promise<void>
  /** Names the source and scope that a running sync reads. */
  saveSource(sync_id: number, source_id: number, scope: string): Promise<void>
  finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer>
  saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void>
  /** Marks `in_progress` syncs as `lost`; those that ended meanwhile are left alone. Returns the ids changed. */
  markLost(sync_ids: readonly number[], reason: string, at: number): Promise<number[]>

  getSync(sync_id: number): Promise<SyncRow | null>
  getSyncByTaskId(sync_task_id: string): Promise<SyncRow | null>
  /** Newest first. */
  listSyncs(filter: SyncFilter): Promise<SyncRow[]>
  listCourseOutcomes(sync_id: number): Promise<CourseOutcome[]>
  listStatusChanges(sync_id: number): Promise<StatusChange[]>
  /** The newest sync of a source and scope that has ended, apart from `except`. */
  lastEndedSync(source_id: number, scope: string, except: number): Promise<SyncRow | null>
}
