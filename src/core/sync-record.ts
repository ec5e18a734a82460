import type { EntityCounts, SyncedEntity } from './synced-entity.ts'
import type { SyncErrorType } from './error-types.ts'
import { isoTime } from './iso-time.ts'
import type { CourseOutcomeStatus, SyncStatus } from './sync-status.ts'
import { emitUserId } from './user-id.ts'

/** The counters of a sync under the names of their columns. Durations are milliseconds. */
export interface SyncCounters {
  courses_processed: number
  courses_created: number
  courses_updated: number
  assignments_processed: number
  assignments_created: number
  assignments_updated: number
  submissions_processed: number
  submissions_created: number
  submissions_updated: number
  grades_processed: number
  grades_updated: number
  api_calls_made: number
  api_calls_failed: number
  total_api_duration_ms: number
  api_rate_limit_hits: number
  /** Sum of Canvas's `X-Request-Cost`. */
  api_request_cost: number
  /** Summed over calls that waited at the same time: more than the sync's own time is possible. */
  throttle_wait_ms: number
  db_operations: number
  db_duration_ms: number
  total_data_size_bytes: number
  rows_deleted: number
  deletions_held: number
  /** Log lines and store writes of this sync that could not be recorded. */
  records_lost: number
}

export function noCounters(): SyncCounters {
  return {
    courses_processed: 0,
    courses_created: 0,
    courses_updated: 0,
    assignments_processed: 0,
    assignments_created: 0,
    assignments_updated: 0,
    submissions_processed: 0,
    submissions_created: 0,
    submissions_updated: 0,
    grades_processed: 0,
    grades_updated: 0,
    api_calls_made: 0,
    api_calls_failed: 0,
    total_api_duration_ms: 0,
    api_rate_limit_hits: 0,
    api_request_cost: 0,
    throttle_wait_ms: 0,
    db_operations: 0,
    db_duration_ms: 0,
    total_data_size_bytes: 0,
    rows_deleted: 0,
    deletions_held: 0,
    records_lost: 0,
  }
}

export type SyncMetadata = Readonly<Record<string, unknown>>

/** One row of `canvas_sync_metrics` in the monitor's own terms: times are epoch milliseconds. */
export interface SyncRow extends SyncCounters {
  id: number
  sync_task_id: string
  user_id: string | null
  sync_start_time: number
  sync_end_time: number | null
  total_duration_seconds: number | null
  sync_status: SyncStatus
  error_type: SyncErrorType | null
  error_message: string | null
  sync_type: string
  target_course_id: string | null
  incremental_sync: boolean
  use_pagination: boolean
  chunk_size: number | null
  sync_metadata: SyncMetadata | null
  source_id: number | null
  scope: string | null
  trigger: string
  host: string | null
  pid: number | null
  process_started: string | null
  heartbeat_at: number
  /** Goes up with each heartbeat, whatever the reporter's wall clock does. */
  heartbeat_count: number
  /** How long it has run by the reporter's monotonic clock, as of its last heartbeat; null when it never said. */
  running_ms: number | null
  progress_percent: number | null
  progress_current: string | null
  api_rate_limit_remaining_min: number | null
  repaired_from: SyncStatus | null
  /** Syncs that ended with the same error have the same one; null without an error. */
  error_group_id: number | null
}

/** The sync record as it leaves us in JSON. Fields may be added, never renamed or retyped. */
export interface SyncRecord {
  id: number
  sync_task_id: string
  user_id: string | number | null
  sync_start_time: string
  sync_end_time: string | null
  total_duration_seconds: number | null
  sync_status: SyncStatus
  error_message: string | null
  sync_type: string
  target_course_id: string | number | null
  courses: { processed: number; created: number; updated: number }
  assignments: { processed: number; created: number; updated: number }
  submissions: { processed: number; created: number; updated: number }
  grades: { processed: number; updated: number }
  api_metrics: {
    calls_made: number
    calls_failed: number
    total_duration_ms: number
    rate_limit_hits: number
    request_cost: number
    rate_limit_remaining_min: number | null
    throttle_wait_ms: number
  }
  database_metrics: { operations: number; duration_ms: number }
  data_size_bytes: number
  incremental_sync: boolean
  use_pagination: boolean
  chunk_size: number | null
  metadata: SyncMetadata | null
  error_type: SyncErrorType | null
  deletions: { deleted: number; held: number }
  progress: { percent: number | null; current: string | null }
  heartbeat_at: string
  source_id: number | null
  trigger: string
  host: string | null
  repaired_from: SyncStatus | null
  records_lost: number
  /** Syncs that ended with the same error have the same one; null without an error, and before the store knows of it. */
  error_group_id: number | null
}

/** What happened to one course inside a sync. */
export interface CourseOutcome {
  readonly course_id: string
  readonly outcome: CourseOutcomeStatus
  /** Why it was skipped or frozen, or what else a person should know; a short word or sentence. */
  readonly reason: string | null
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
  /** Epoch milliseconds. */
  readonly started_at: number
  readonly finished_at: number
  readonly duration_ms: number
  readonly api_calls: number
  readonly rows_deleted: number
  readonly deletions_held: number
  readonly entities: Readonly<Partial<Record<SyncedEntity, EntityCounts>>>
}

/** Rounds away the noise of floating-point sums; three decimals are microseconds of a millisecond value. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** The JSON form of a row, with the names that the earlier system's dashboards read. */
export function toSyncRecord(row: SyncRow): SyncRecord {
  return {
    id: row.id,
    sync_task_id: row.sync_task_id,
    user_id: emitUserId(row.user_id),
    sync_start_time: isoTime(row.sync_start_time),
    sync_end_time: row.sync_end_time === null ? null : isoTime(row.sync_end_time),
    total_duration_seconds: row.total_duration_seconds === null ? null : rounded(row.total_duration_seconds),
    sync_status: row.sync_status,
    error_message: row.error_message,
    sync_type: row.sync_type,
    target_course_id: emitUserId(row.target_course_id),
    courses: {
      processed: row.courses_processed,
      created: row.courses_created,
      updated: row.courses_updated,
    },
    assignments: {
      processed: row.assignments_processed,
      created: row.assignments_created,
      updated: row.assignments_updated,
    },
    submissions: {
      processed: row.submissions_processed,
      created: row.submissions_created,
      updated: row.submissions_updated,
    },
    grades: { processed: row.grades_processed, updated: row.grades_updated },
    api_metrics: {
      calls_made: row.api_calls_made,
      calls_failed: row.api_calls_failed,
      total_duration_ms: rounded(row.total_api_duration_ms),
      rate_limit_hits: row.api_rate_limit_hits,
      request_cost: rounded(row.api_request_cost),
      rate_limit_remaining_min:
        row.api_rate_limit_remaining_min === null ? null : rounded(row.api_rate_limit_remaining_min),
      throttle_wait_ms: rounded(row.throttle_wait_ms),
    },
    database_metrics: { operations: row.db_operations, duration_ms: rounded(row.db_duration_ms) },
    data_size_bytes: row.total_data_size_bytes,
    incremental_sync: row.incremental_sync,
    use_pagination: row.use_pagination,
    chunk_size: row.chunk_size,
    metadata: row.sync_metadata,
    error_type: row.error_type,
    deletions: { deleted: row.rows_deleted, held: row.deletions_held },
    progress: {
      percent: row.progress_percent === null ? null : rounded(row.progress_percent),
      current: row.progress_current,
    },
    heartbeat_at: isoTime(row.heartbeat_at),
    source_id: row.source_id,
    trigger: row.trigger,
    host: row.host,
    repaired_from: row.repaired_from,
    records_lost: row.records_lost,
    error_group_id: row.error_group_id,
  }
}
