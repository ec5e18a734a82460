import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import { isoTime } from '../../core/iso-time.ts'
import { otherUsers } from '../access/refusals.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from './statistics.ts'

/** Syncs that ended with the same error: its numbers, ids, times and quotations do not count. */
export interface ErrorGroupRecord {
  /** As `error_group` of `/syncs`. */
  readonly id: number
  readonly error_type: SyncErrorType | null
  /** Of the newest sync. */
  readonly message: string
  readonly next_step: string | null
  /** In the period. */
  readonly sync_count: number
  /** Starts of the first and the newest sync, whenever that was. */
  readonly first_seen_at: string
  readonly last_seen_at: string
  /** Null when its row was deleted since. */
  readonly last_sync_id: number | null
}

export interface ErrorGroupList {
  readonly period_days: number
  readonly count: number
  /** Those with the most syncs first. */
  readonly groups: readonly ErrorGroupRecord[]
}

const time = z.iso.datetime()

export const errorGroupListSchema: z.ZodType<ErrorGroupList> = z
  .object({
    period_days: z.int().min(1),
    count: z.int().min(0),
    groups: z.array(
      z
        .object({
          id: z.int().min(1),
          error_type: z.enum(Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]).nullable(),
          message: z.string(),
          next_step: z.string().nullable(),
          sync_count: z.int().min(1),
          first_seen_at: time,
          last_seen_at: time,
          last_sync_id: z.int().min(1).nullable(),
        })
        .meta({ title: 'ErrorGroup' }),
    ),
  })
  .meta({ title: 'ErrorGroupList' })

/** Of the users whose data the caller may see. */
export async function getErrorGroups(
  { days, limit, user_id }: { days: number; limit: number; user_id: string | undefined },
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers()
  const user_ids = user_id === undefined ? caller.users : [user_id]
  const whose = user_ids === null ? {} : { user_ids }
  const groups = await store.errorGroups.list({ since: windowStart(clock.now(), days), limit, ...whose })
  if (user_id !== undefined) audit.viewed(user_id)
  const list: ErrorGroupList = {
    period_days: days,
    count: groups.length,
    groups: groups.map((group) => ({
      id: group.id,
      error_type: group.error_type,
      message: group.message,
      next_step: nextStepOf(group.error_type),
      sync_count: group.syncs,
      first_seen_at: isoTime(group.first_seen_at),
      last_seen_at: isoTime(group.last_seen_at),
      last_sync_id: group.last_sync_id,
    })),
  }
  return ok(list)
}

/** Rows that other programs wrote may have types of their own. */
function nextStepOf(error_type: string | null): string | null {
  const facts: Readonly<Record<string, { readonly next_step: string }>> = ERROR_TYPE_FACTS
  return error_type === null ? null : (facts[error_type]?.next_step ?? null)
}
