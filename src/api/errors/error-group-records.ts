import { z } from 'zod'
import {
  ERROR_GROUP_DECISIONS,
  ERROR_GROUP_STATES,
  type ErrorGroupDecision,
  type ErrorGroupState,
} from '../../core/error-group-state.ts'
import { ERROR_TYPE_FACTS, errorTypeFacts, type SyncErrorType } from '../../core/error-types.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { BoundedCount, ErrorGroup, ErrorTrend } from '../../store/error-groups.ts'
import type { Members } from '../http/answer.ts'

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
  /** Those of them in the later half of the period. */
  readonly recent_sync_count: number
  /** Starts of the first and the newest sync, whenever that was. */
  readonly first_seen_at: string
  readonly last_seen_at: string
  /** Null when its row was deleted since. */
  readonly last_sync_id: number | null
  readonly state: ErrorGroupState
  /** Null unless it is muted. */
  readonly muted_until: string | null
  /** Among the newest syncs of the period. */
  readonly users: BoundedCount
  /** What these syncs were about, and the courses that went wrong in them. */
  readonly courses: BoundedCount
  /** Syncs of the period by `trend_starts`. */
  readonly trend: readonly number[]
}

/** The pieces of time of each `trend`. */
export interface ErrorTrendRecord {
  readonly trend_bucket: ErrorTrend['bucket']
  /** Of UTC; the first may have begun before the period. */
  readonly trend_starts: readonly string[]
}

export const time: z.ZodType<string> = z.iso.datetime()
const count = z.int().min(0)

const bounded: z.ZodType<BoundedCount> = z
  .object({
    count,
    more: z.boolean().meta({ description: 'There are more than that, or there may be' }),
  })
  .meta({ title: 'BoundedCount' })

export const errorTypeSchema: z.ZodType<SyncErrorType | null> = z
  .enum(Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[])
  .nullable()
export const stateSchema: z.ZodType<ErrorGroupState> = z.enum(ERROR_GROUP_STATES)
export const decisionSchema: z.ZodType<ErrorGroupDecision> = z.enum(ERROR_GROUP_DECISIONS)

export const TREND_MEMBERS: Members<ErrorTrendRecord> = {
  trend_bucket: z.enum(['hour', 'day', 'month']),
  trend_starts: z.array(time),
}

export const errorGroupSchema: z.ZodType<ErrorGroupRecord> = z
  .object({
    id: z.int().min(1),
    error_type: errorTypeSchema,
    message: z.string(),
    next_step: z.string().nullable(),
    sync_count: count,
    recent_sync_count: count,
    first_seen_at: time,
    last_seen_at: time,
    last_sync_id: z.int().min(1).nullable(),
    state: stateSchema,
    muted_until: time.nullable(),
    users: bounded,
    courses: bounded,
    trend: z.array(count),
  })
  .meta({ title: 'ErrorGroup' })

export function toErrorGroupRecord({
  syncs,
  recent_syncs,
  first_seen_at,
  last_seen_at,
  muted_until,
  ...group
}: ErrorGroup): ErrorGroupRecord {
  return {
    id: group.id,
    error_type: group.error_type,
    message: group.message,
    next_step: errorTypeFacts(group.error_type)?.next_step ?? null,
    sync_count: syncs,
    recent_sync_count: recent_syncs,
    first_seen_at: isoTime(first_seen_at),
    last_seen_at: isoTime(last_seen_at),
    last_sync_id: group.last_sync_id,
    state: group.state,
    muted_until: muted_until === null ? null : isoTime(muted_until),
    users: group.users,
    courses: group.courses,
    trend: group.trend,
  }
}

export const toTrendRecord = ({ bucket, starts }: ErrorTrend): ErrorTrendRecord => ({
  trend_bucket: bucket,
  trend_starts: starts.map(isoTime),
})
