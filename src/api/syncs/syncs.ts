import { z } from 'zod'
import { toSyncRecord, type CourseOutcome, type SyncRow } from '../../core/sync-record.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { StatusChange } from '../../store/sync-store.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'
import { FAILED_STATUSES, windowStart } from './statistics.ts'
import {
  syncRecordSchema,
  type CourseOutcomeList,
  type CourseOutcomeRecord,
  type StatusChangeList,
  type StatusChangeRecord,
  type SyncList,
} from './sync-schemas.ts'

export interface FailedSyncList extends SyncList {
  readonly period_days: number
}

export const failedSyncListSchema: z.ZodType<FailedSyncList> = z
  .object({ count: z.int().min(0), period_days: z.int(), syncs: z.array(syncRecordSchema) })
  .meta({ title: 'FailedSyncList' })

export function listOf(rows: readonly SyncRow[]): SyncList {
  return { count: rows.length, syncs: rows.map(toSyncRecord) }
}

export async function getSync({ id }: { id: number }, { store }: ApiServices): Promise<Answer> {
  return found(await store.syncs.getSync(id), toSyncRecord)
}

export async function getSyncByTaskId(
  { task_id }: { task_id: string },
  { store }: ApiServices,
): Promise<Answer> {
  return found(await store.syncs.getSyncByTaskId(task_id), toSyncRecord)
}

export async function getCourseOutcomes({ id }: { id: number }, { store }: ApiServices): Promise<Answer> {
  const [sync, outcomes] = await Promise.all([store.syncs.getSync(id), store.syncs.listCourseOutcomes(id)])
  return found(sync, (): CourseOutcomeList => {
    return { sync_id: id, count: outcomes.length, courses: outcomes.map(toCourseOutcomeRecord) }
  })
}

export async function getStatusChanges({ id }: { id: number }, { store }: ApiServices): Promise<Answer> {
  const [sync, changes] = await Promise.all([store.syncs.getSync(id), store.syncs.listStatusChanges(id)])
  return found(sync, (): StatusChangeList => {
    return { sync_id: id, count: changes.length, status_changes: changes.map(toStatusChangeRecord) }
  })
}

export async function getRecentSyncs({ limit }: { limit: number }, { store }: ApiServices): Promise<Answer> {
  return ok(listOf(await store.syncs.listSyncs({ limit })))
}

export async function getFailedSyncs(
  { limit, days }: { limit: number; days: number },
  { store, clock }: ApiServices,
): Promise<Answer> {
  const since = windowStart(clock.now(), days)
  const rows = await store.syncs.listSyncs({ statuses: FAILED_STATUSES, since, limit })
  const list: FailedSyncList = { period_days: days, ...listOf(rows) }
  return ok(list)
}

function found(sync: SyncRow | null, body: (sync: SyncRow) => object): Answer {
  return sync === null ? problem(404, 'Sync metrics not found') : ok(body(sync))
}

const isoTime = (at_ms: number): string => new Date(at_ms).toISOString()

function toCourseOutcomeRecord(outcome: CourseOutcome): CourseOutcomeRecord {
  const { rows_deleted, deletions_held, ...rest } = outcome
  return {
    ...rest,
    course_id: emitUserId(outcome.course_id),
    started_at: isoTime(outcome.started_at),
    finished_at: isoTime(outcome.finished_at),
    deletions: { deleted: rows_deleted, held: deletions_held },
  }
}

function toStatusChangeRecord(change: StatusChange): StatusChangeRecord {
  const { old_status, new_status, reason, changed_at } = change
  return { old_status, new_status, reason, changed_at: isoTime(changed_at) }
}
