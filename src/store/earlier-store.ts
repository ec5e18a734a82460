import type { PackedSyncs } from './packed-syncs.ts'

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

/** What became of the syncs of a batch: each is in one of the counts, or in `other_system`. */
export interface EarlierAnswer {
  readonly imported: number
  /** Of the imported, those that have the id they had. */
  readonly kept_ids: number
  /** Of the imported, those whose task id another one has: theirs is written with their key behind it. */
  readonly renamed: number
  /** Here already, as they are now. */
  readonly unchanged: number
  /** Here already; the earlier system has changed them since. */
  readonly updated: number
  /** Were here and were deleted, as too old or with all of a user: they do not come back. */
  readonly deleted: number
  /** The monitor has recorded the sync itself. */
  readonly tracked: number
  /** Keys that were taken over before with another task id and another start: they belong to another system. */
  readonly other_system: readonly string[]
}

export interface EarlierBatch {
  /** The name of the earlier system: keys are unique in one. */
  readonly system: string
  /** Some thousand syncs each. No key twice in all of them. */
  readonly pages: readonly PackedSyncs[]
  /** Only look, change nothing. */
  readonly dry_run: boolean
}

/** Syncs that an earlier system has recorded. */
export interface EarlierStore {
  /**
   * One transaction. The syncs are in all figures, lists, users and groups of errors as if they had been tracked, but
   * nobody who follows is told, no incident comes of them, and they are not in the counters of Prometheus.
   */
  importSyncs(batch: EarlierBatch): Promise<EarlierAnswer>
}
