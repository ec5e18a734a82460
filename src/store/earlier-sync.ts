/** The columns of a sync that is taken over, in the order of its values. */
export const EARLIER_COLUMNS = [
  'sync_task_id',
  'user_id',
  'sync_start_time',
  'sync_end_time',
  'total_duration_seconds',
  'sync_status',
  'error_type',
  'error_message',
  'sync_type',
  'target_course_id',
  'courses_processed',
  'courses_created',
  'courses_updated',
  'assignments_processed',
  'assignments_created',
  'assignments_updated',
  'submissions_processed',
  'submissions_created',
  'submissions_updated',
  'grades_processed',
  'grades_updated',
  'api_calls_made',
  'api_calls_failed',
  'total_api_duration_ms',
  'api_rate_limit_hits',
  'db_operations',
  'db_duration_ms',
  'total_data_size_bytes',
  'incremental_sync',
  'use_pagination',
  'chunk_size',
  'sync_metadata',
] as const
export type EarlierColumn = (typeof EARLIER_COLUMNS)[number]
export type EarlierValue = string | number | null

/** What `trigger` of such a sync is. */
export const IMPORT_TRIGGER = 'import'

/** A sync of an earlier system that has ended. */
export interface EarlierSync {
  /** Its key in the earlier system; no other row has it. */
  readonly key: string
  /** The id that it had; it keeps it where that is free. Null where it had none of ours' form. */
  readonly id: number | null
  /** Of its task id, and of all its values: whole numbers below 2^53. */
  readonly task_digest: number
  readonly content_digest: number
  /** As in {@link EARLIER_COLUMNS}; flags are 0 or 1, metadata is JSON. A list, for a million of them go to a thread. */
  readonly values: readonly EarlierValue[]
}
