import { z } from 'zod'
import type { SyncRecord } from '../../core/sync-record.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import {
  courseOutcomeSchema,
  emittedId,
  syncRecordSchema,
  type CourseOutcomeRecord,
  type EmittedId,
} from '../syncs/sync-schemas.ts'

/** The data of an event `sync`. */
export interface SyncEventData {
  readonly change: 'started' | 'status' | 'progress'
  /** Of a change of status. */
  readonly old_status: SyncStatus | null
  readonly status: SyncStatus
  readonly changed_at: string
  /** The sync as it is now, which may be later than the change. */
  readonly sync: SyncRecord
}

/** The data of an event `course`. */
export interface CourseEventData {
  readonly sync_id: number
  readonly sync_task_id: string
  readonly user_id: EmittedId
  readonly sync_type: string
  readonly changed_at: string
  readonly course: CourseOutcomeRecord
}

/** The data of an event `resync`: what was loaded before may be out of date and has to be loaded again. */
export interface ResyncEventData {
  readonly reason: string
}

const status = z.enum(SYNC_STATUSES)

const syncEvent: z.ZodType<SyncEventData> = z
  .object({
    change: z.enum(['started', 'status', 'progress']),
    old_status: status.nullable(),
    status,
    changed_at: z.iso.datetime(),
    sync: syncRecordSchema,
  })
  .meta({ title: 'SyncEvent' })

const courseEvent: z.ZodType<CourseEventData> = z
  .object({
    sync_id: z.int().min(1),
    sync_task_id: z.string(),
    user_id: emittedId,
    sync_type: z.string(),
    changed_at: z.iso.datetime(),
    course: courseOutcomeSchema,
  })
  .meta({ title: 'CourseEvent' })

const resyncEvent: z.ZodType<ResyncEventData> = z
  .object({ reason: z.string() })
  .meta({ title: 'ResyncEvent' })

/** What stands in the data of an event. */
export const liveEventSchema: z.ZodType<SyncEventData | CourseEventData | ResyncEventData> = z
  .union([syncEvent, courseEvent, resyncEvent])
  .meta({ title: 'LiveEvent' })
