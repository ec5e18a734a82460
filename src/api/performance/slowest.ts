import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import { emitUserId } from '../../core/user-id.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { rounded, windowFor } from '../syncs/statistics.ts'
import { emittedId, type EmittedId } from '../syncs/sync-schemas.ts'

export interface SlowCourse {
  readonly course_id: string
  /** In how many of the syncs that were looked at it was read, and how often that failed. */
  readonly outcomes: number
  readonly failed: number
  readonly mean_ms: number
  readonly max_ms: number
}

export interface SlowCourseList {
  readonly period_days: number
  readonly count: number
  /** The newest so many syncs of the period were looked at, and so many course outcomes of theirs. */
  readonly looked_at_syncs: number
  readonly looked_at_outcomes: number
  /** When the oldest of these syncs started; null when there was none. */
  readonly since: string | null
  /** Whether the period has more than that. */
  readonly sampled: boolean
  /** The slowest mean first. */
  readonly courses: readonly SlowCourse[]
}

export interface SlowUser {
  readonly user_id: EmittedId
  /** Completed ones. */
  readonly sync_count: number
  readonly mean_seconds: number
  readonly max_seconds: number
  readonly total_api_calls: number
}

export interface SlowUserList {
  readonly period_days: number
  readonly count: number
  /** Of the users who synced last, so many were looked at. */
  readonly looked_at_users: number
  readonly sampled: boolean
  /** The slowest mean first; over whole days of UTC. */
  readonly users: readonly SlowUser[]
}

const count = z.int().min(0)
const quantity = z.number().min(0)

export const slowCourseListSchema: z.ZodType<SlowCourseList> = z
  .object({
    period_days: count,
    count,
    looked_at_syncs: count,
    looked_at_outcomes: count,
    since: z.iso.datetime().nullable(),
    sampled: z.boolean(),
    courses: z.array(
      z.object({
        course_id: z.string(),
        outcomes: count,
        failed: count,
        mean_ms: quantity,
        max_ms: quantity,
      }),
    ),
  })
  .meta({ title: 'SlowCourseList' })

export const slowUserListSchema: z.ZodType<SlowUserList> = z
  .object({
    period_days: count,
    count,
    looked_at_users: count,
    sampled: z.boolean(),
    users: z.array(
      z.object({
        user_id: emittedId,
        sync_count: count,
        mean_seconds: quantity,
        max_seconds: quantity,
        total_api_calls: count,
      }),
    ),
  })
  .meta({ title: 'SlowUserList' })

interface SlowestInput {
  readonly days: number
  readonly limit: number
}

/** Of the users whose data the caller may see. */
export async function getSlowestCourses(
  { days, limit }: SlowestInput,
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const window = windowFor(caller, clock.now(), days)
  const found = await store.performance.slowestCourses(window, limit)
  const body: SlowCourseList = {
    period_days: days,
    count: found.courses.length,
    looked_at_syncs: found.syncs,
    looked_at_outcomes: found.outcomes,
    since: found.oldest_start === null ? null : isoTime(found.oldest_start),
    sampled: found.sampled,
    courses: found.courses.map(({ mean_ms, max_ms, ...course }) => ({
      ...course,
      mean_ms: rounded(mean_ms),
      max_ms: rounded(max_ms),
    })),
  }
  return ok(body)
}

/** Of the users whose data the caller may see. */
export async function getSlowestUsers(
  { days, limit }: SlowestInput,
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const window = windowFor(caller, clock.now(), days)
  const found = await store.performance.slowestUsers(window, limit)
  const body: SlowUserList = {
    period_days: days,
    count: found.users.length,
    looked_at_users: found.looked_at,
    sampled: found.sampled,
    users: found.users.map(({ user_id, syncs, mean_seconds, max_seconds, api_calls }) => ({
      user_id: emitUserId(user_id),
      sync_count: syncs,
      mean_seconds: rounded(mean_seconds),
      max_seconds: rounded(max_seconds),
      total_api_calls: api_calls,
    })),
  }
  return ok(body)
}
