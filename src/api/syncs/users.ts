import { z } from 'zod'
import type { SyncStatus } from '../../core/sync-status.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { SyncFilter } from '../../store/sync-store.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from './statistics.ts'
import { summarise, summaryFigures, type SummaryFigures } from './summary.ts'
import { emittedId, syncRecordSchema, type EmittedId, type SyncList } from './sync-schemas.ts'
import { listOf } from './syncs.ts'

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
  const filter = { since: windowStart(clock.now(), days), user_id }
  const { figures } = await summarise(store, days, filter)
  const summary: UserSummary = { user_id: emitUserId(user_id), ...figures }
  return ok(summary)
}

export async function getUserSyncs(
  { user_id, limit, status }: { user_id: string; limit: number; status: SyncStatus | undefined },
  { store }: ApiServices,
): Promise<Answer> {
  const filter: SyncFilter = status === undefined ? { user_id, limit } : { user_id, limit, status }
  const list: UserSyncList = { user_id: emitUserId(user_id), ...listOf(await store.syncs.listSyncs(filter)) }
  return ok(list)
}
