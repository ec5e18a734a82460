import { z } from 'zod'
import type { SyncStatus } from '../../core/sync-status.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { SyncCondition } from '../../store/sync-lists.ts'
import { ok, type Answer } from '../http/answer.ts'
import { jsonBytes } from '../http/json-bytes.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from './statistics.ts'
import { summarise, summaryFigures, type SummaryFigures } from './summary.ts'
import { newestRecords } from './sync-records.ts'
import { emittedId, syncRecordSchema, type EmittedId, type SyncList } from './sync-schemas.ts'

export interface UserSummary extends SummaryFigures {
  readonly user_id: EmittedId
}

export interface UserSyncList extends SyncList {
  readonly user_id: EmittedId
}

export const userSummarySchema: z.ZodType<UserSummary> = z
  .object({ user_id: emittedId, ...summaryFigures })
  .meta({ title: 'UserSummary' })

export const userSyncListSchema: z.ZodType<UserSyncList> = z
  .object({ user_id: emittedId, count: z.int().min(0), syncs: z.array(syncRecordSchema) })
  .meta({ title: 'UserSyncList' })

export async function getUserSummary(
  { user_id, days }: { user_id: string; days: number },
  { store, clock }: ApiServices,
): Promise<Answer> {
  const window = { since: windowStart(clock.now(), days), user_ids: [user_id] }
  const { figures } = await summarise(store, days, window)
  const summary: UserSummary = { user_id: emitUserId(user_id), ...figures }
  return ok(summary)
}

export async function getUserSyncs(
  { user_id, limit, status }: { user_id: string; limit: number; status: SyncStatus | undefined },
  { store }: ApiServices,
): Promise<Answer> {
  const condition: SyncCondition = {
    user_ids: [user_id],
    ...(status === undefined ? {} : { statuses: [status] }),
  }
  const { count, records } = await newestRecords(store.lists, condition, limit)
  return ok(jsonBytes({ user_id: emitUserId(user_id), count }, 'syncs', records))
}
