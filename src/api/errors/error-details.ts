import { z } from 'zod'
import type { ErrorGroupDecision } from '../../core/error-group-state.ts'
import type { SyncErrorType } from '../../core/error-types.ts'
import { isoTime } from '../../core/iso-time.ts'
import { emitUserId } from '../../core/user-id.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from '../syncs/statistics.ts'
import type { EmittedId } from '../syncs/sync-schemas.ts'
import {
  decisionSchema,
  errorGroupSchema,
  errorTypeSchema,
  time,
  toErrorGroupRecord,
  toTrendRecord,
  TREND_MEMBERS,
  type ErrorGroupRecord,
  type ErrorTrendRecord,
} from './error-group-records.ts'

export interface ErrorGroupUserRecord {
  readonly user_id: EmittedId
  readonly sync_count: number
  readonly last_seen_at: string
}

/** Errors of courses inside of syncs of the group, those alike together. */
export interface ErrorGroupCourseRecord {
  readonly error_type: SyncErrorType | null
  readonly message: string
  readonly outcome_count: number
  readonly course_count: number
  /** Some of them. */
  readonly course_ids: readonly EmittedId[]
  readonly last_sync_id: number
}

/** What somebody decided, and why. */
export interface ErrorGroupDecisionRecord {
  readonly decision: ErrorGroupDecision
  readonly decided_at: string
  readonly muted_until: string | null
  readonly reason: string | null
  /** `loopback`, `token` or `session`. */
  readonly actor_kind: string
  /** The public id of the token, and what it is called. */
  readonly actor_id: string | null
  readonly actor_name: string | null
}

export interface ErrorGroupDetailsRecord extends ErrorTrendRecord {
  readonly period_days: number
  readonly group: ErrorGroupRecord
  /** Those with the most syncs first, among the newest syncs of the period. */
  readonly users: readonly ErrorGroupUserRecord[]
  readonly users_looked_at: number
  /** The most frequent first, in the newest syncs of the period. */
  readonly course_errors: readonly ErrorGroupCourseRecord[]
  readonly courses_looked_at: number
  /** The newest first; empty for who may see some users only. */
  readonly history: readonly ErrorGroupDecisionRecord[]
}

const count = z.int().min(0)
const id: z.ZodType<EmittedId> = z.union([z.string(), z.number()])
const text = z.string().nullable()

export const errorGroupDetailsSchema: z.ZodType<ErrorGroupDetailsRecord> = z
  .object({
    period_days: z.int().min(1),
    group: errorGroupSchema,
    ...TREND_MEMBERS,
    users: z.array(
      z.object({ user_id: id, sync_count: count, last_seen_at: time }).meta({ title: 'ErrorGroupUser' }),
    ),
    users_looked_at: count.meta({ description: 'The newest syncs that `users` are counted in' }),
    course_errors: z.array(
      z
        .object({
          error_type: errorTypeSchema,
          message: z.string(),
          outcome_count: count,
          course_count: count,
          course_ids: z.array(id),
          last_sync_id: z.int().min(1),
        })
        .meta({ title: 'ErrorGroupCourse' }),
    ),
    courses_looked_at: count.meta({ description: 'The newest syncs that `course_errors` are of' }),
    history: z.array(
      z
        .object({
          decision: decisionSchema,
          decided_at: time,
          muted_until: time.nullable(),
          reason: text,
          actor_kind: z.string(),
          actor_id: text,
          actor_name: text,
        })
        .meta({ title: 'ErrorGroupDecision' }),
    ),
  })
  .meta({ title: 'ErrorGroupDetails' })

export const noSuchGroup = (): Answer => problem(404, 'There is no such group of errors.')

export async function getErrorGroup(
  { id, days }: { id: number; days: number },
  { store, clock }: ApiServices,
  { caller: { users } }: RequestFacts,
): Promise<Answer> {
  const now = clock.now()
  const window = { since: windowStart(now, days), now, ...(users === null ? {} : { user_ids: users }) }
  const found = await store.errorGroups.find(id, window)
  if (found === null) return noSuchGroup()
  const details: ErrorGroupDetailsRecord = {
    period_days: days,
    group: toErrorGroupRecord(found.group),
    ...toTrendRecord(found.trend),
    users: found.users.map(({ user_id, syncs, last_seen_at }) => ({
      user_id: emitUserId(user_id),
      sync_count: syncs,
      last_seen_at: isoTime(last_seen_at),
    })),
    users_looked_at: found.looked_at.users,
    course_errors: found.course_errors.map(({ outcomes, courses, course_ids, ...error }) => ({
      ...error,
      outcome_count: outcomes,
      course_count: courses,
      course_ids: course_ids.map(emitUserId),
    })),
    courses_looked_at: found.looked_at.courses,
    history: found.history.map(({ decided_at, muted_until, ...decided }) => ({
      ...decided,
      decided_at: isoTime(decided_at),
      muted_until: muted_until === null ? null : isoTime(muted_until),
    })),
  }
  return ok(details)
}
