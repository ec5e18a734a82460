import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import { toSyncRecord, type SyncRow } from '../../core/sync-record.ts'
import type { OutcomePageQuery, OutcomePlace, SyncCondition } from '../../store/sync-lists.ts'
import type { StatusChange } from '../../store/sync-store.ts'
import { visibleTo } from '../access/visible.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { readCursor, writeCursor } from '../http/cursor.ts'
import { jsonBytes } from '../http/json-bytes.ts'
import { pageLinks } from '../http/page-links.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { toCourseOutcomeRecord } from './course-outcome-record.ts'
import { FAILED_STATUSES, windowStart } from './statistics.ts'
import { newestRecords, seenBy } from './sync-records.ts'
import {
  syncRecordSchema,
  type CourseOutcomeList,
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

export async function getSync(
  { id }: { id: number },
  { store }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  return found(visibleTo(request, await store.syncs.getSync(id)), toSyncRecord)
}

export async function getSyncByTaskId(
  { task_id }: { task_id: string },
  { store }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  return found(visibleTo(request, await store.syncs.getSyncByTaskId(task_id)), toSyncRecord)
}

const OUTCOME_PLACE: z.ZodType<OutcomePlace> = z.object({ at: z.int(), course_id: z.string() })

export async function getCourseOutcomes(
  { id, limit, cursor }: { id: number; limit: number; cursor: string | undefined },
  { store }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const list = { courses_of: id }
  const read = readCursor(cursor, list, OUTCOME_PLACE)
  if ('refused' in read) return read.refused
  const query: OutcomePageQuery = { sync_id: id, order: 'started', limit, after: read.place }
  const [sync, { rows, next }] = await Promise.all([store.syncs.getSync(id), store.lists.outcomePage(query)])
  const next_cursor = next === null ? null : writeCursor(list, next)
  const answer = found(visibleTo(request, sync), (): CourseOutcomeList => {
    return { sync_id: id, count: rows.length, courses: rows.map(toCourseOutcomeRecord), next_cursor }
  })
  if (answer.status !== 200) return answer
  return { ...answer, headers: pageLinks(`${BASE}/sync/${id}/courses`, { limit }, next_cursor) }
}

export async function getStatusChanges(
  { id }: { id: number },
  { store }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const [sync, changes] = await Promise.all([store.syncs.getSync(id), store.syncs.listStatusChanges(id)])
  return found(visibleTo(request, sync), (): StatusChangeList => {
    return { sync_id: id, count: changes.length, status_changes: changes.map(toStatusChangeRecord) }
  })
}

export async function getRecentSyncs(
  { limit }: { limit: number },
  { store }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const { count, records } = await newestRecords(store.lists, seenBy(caller), limit)
  return ok(jsonBytes({ count }, 'syncs', records))
}

export async function getFailedSyncs(
  { limit, days }: { limit: number; days: number },
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const since = windowStart(clock.now(), days)
  const condition: SyncCondition = { ...seenBy(caller), statuses: FAILED_STATUSES, since }
  const { count, records } = await newestRecords(store.lists, condition, limit)
  return ok(jsonBytes({ count, period_days: days }, 'syncs', records))
}

/** 404 as if there were none for whoever may not see it. */
export function found(sync: SyncRow | null, body: (sync: SyncRow) => object): Answer {
  return sync === null ? problem(404, 'Sync metrics not found') : ok(body(sync))
}

function toStatusChangeRecord(change: StatusChange): StatusChangeRecord {
  const { old_status, new_status, reason, changed_at } = change
  return { old_status, new_status, reason, changed_at: isoTime(changed_at) }
}
