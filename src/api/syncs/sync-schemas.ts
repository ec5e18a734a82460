import { z } from 'zod'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import type { SyncRecord } from '../../core/sync-record.ts'
import {
  COURSE_OUTCOMES,
  SYNC_STATUSES,
  type CourseOutcomeStatus,
  type SyncStatus,
} from '../../core/sync-status.ts'
import { SYNCED_ENTITIES, type EntityCounts, type SyncedEntity } from '../../core/synced-entity.ts'

/** A canonical safe integer as a number, anything else as text. */
export type EmittedId = string | number | null

/** What happened to one course inside a sync, as it leaves us. */
export interface CourseOutcomeRecord {
  readonly course_id: EmittedId
  readonly outcome: CourseOutcomeStatus
  readonly reason: string | null
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
  readonly started_at: string
  readonly finished_at: string
  readonly duration_ms: number
  readonly api_calls: number
  readonly deletions: { readonly deleted: number; readonly held: number }
  readonly entities: Readonly<Partial<Record<SyncedEntity, EntityCounts>>>
}

export interface StatusChangeRecord {
  readonly old_status: SyncStatus | null
  readonly new_status: SyncStatus
  readonly reason: string | null
  readonly changed_at: string
}

export interface SyncList {
  readonly count: number
  readonly syncs: readonly SyncRecord[]
}

export interface CourseOutcomeList {
  readonly sync_id: number
  readonly count: number
  readonly courses: readonly CourseOutcomeRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

export interface StatusChangeList {
  readonly sync_id: number
  readonly count: number
  readonly status_changes: readonly StatusChangeRecord[]
}

const count = z.int().min(0)
const quantity = z.number().min(0)
const time = z.iso.datetime()
const text = z.string().nullable()
const syncStatus = z.enum(SYNC_STATUSES)
const errorType = z.enum(Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]).nullable()
const changes = z.object({ processed: count, created: count, updated: count })
const deletions = z.object({ deleted: count, held: count })

export const emittedId: z.ZodType<EmittedId> = z.union([z.string(), z.int()]).nullable()

export const syncRecordSchema: z.ZodType<SyncRecord> = z
  .object({
    id: z.int().min(1),
    sync_task_id: z.string(),
    user_id: emittedId,
    sync_start_time: time,
    sync_end_time: time.nullable(),
    total_duration_seconds: quantity.nullable(),
    sync_status: syncStatus,
    error_message: text,
    sync_type: z.string(),
    target_course_id: emittedId,
    courses: changes,
    assignments: changes,
    submissions: changes,
    grades: z.object({ processed: count, updated: count }),
    api_metrics: z.object({
      calls_made: count,
      calls_failed: count,
      total_duration_ms: quantity,
      rate_limit_hits: count,
      request_cost: quantity,
      rate_limit_remaining_min: z.number().nullable(),
      throttle_wait_ms: quantity,
    }),
    database_metrics: z.object({ operations: count, duration_ms: quantity }),
    data_size_bytes: count,
    incremental_sync: z.boolean(),
    use_pagination: z.boolean(),
    chunk_size: z.int().nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    error_type: errorType,
    deletions,
    progress: z.object({ percent: quantity.nullable(), current: text }),
    heartbeat_at: time,
    source_id: z.int().nullable(),
    trigger: z.string(),
    host: text,
    repaired_from: syncStatus.nullable(),
    records_lost: count,
    error_group_id: z
      .int()
      .nullable()
      .meta({ description: 'As in /errors: syncs with the same error have the same one' }),
  })
  .meta({ title: 'SyncRecord' })

const entityCounts: z.ZodType<EntityCounts> = z
  .object({
    processed: count,
    created: count,
    updated: count,
    regraded: count,
    unchanged: count,
    duplicates: count,
    deleted: count,
    held: count,
  })
  .meta({ title: 'EntityCounts' })

export const courseOutcomeSchema: z.ZodType<CourseOutcomeRecord> = z
  .object({
    course_id: emittedId,
    outcome: z.enum(COURSE_OUTCOMES),
    reason: text,
    error_type: errorType,
    error_message: text,
    started_at: time,
    finished_at: time,
    duration_ms: quantity,
    api_calls: count,
    deletions,
    entities: z.partialRecord(z.enum(SYNCED_ENTITIES), entityCounts),
  })
  .meta({ title: 'CourseOutcome' })

const statusChange: z.ZodType<StatusChangeRecord> = z
  .object({ old_status: syncStatus.nullable(), new_status: syncStatus, reason: text, changed_at: time })
  .meta({ title: 'StatusChange' })

export const syncListSchema: z.ZodType<SyncList> = z
  .object({ count, syncs: z.array(syncRecordSchema) })
  .meta({ title: 'SyncList' })

export const courseOutcomeListSchema: z.ZodType<CourseOutcomeList> = z
  .object({
    sync_id: z.int().min(1),
    count,
    courses: z.array(courseOutcomeSchema),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'CourseOutcomeList' })

export const statusChangeListSchema: z.ZodType<StatusChangeList> = z
  .object({ sync_id: z.int().min(1), count, status_changes: z.array(statusChange) })
  .meta({ title: 'StatusChangeList' })
