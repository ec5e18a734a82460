import { z } from 'zod'
import {
  DEFAULT_FRESHNESS_TARGET_MS,
  FRESHNESS_VERDICTS,
  freshnessVerdict,
  type FreshnessVerdict,
} from '../../core/freshness-verdict.ts'
import { isoTime } from '../../core/iso-time.ts'
import { bucketStart } from '../../core/time-buckets.ts'
import { emitUserId } from '../../core/user-id.ts'
import {
  USER_SORTS,
  type StalestList,
  type SyncUser,
  type UserPageQuery,
  type UserPlace,
  type UserSort,
} from '../../store/sync-users.ts'
import { courseOf } from '../freshness/freshness.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { days, limit, opaqueId, userId } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { present } from '../syncs/list-parameters.ts'
import { successRate } from '../syncs/statistics.ts'
import { emittedId, type EmittedId } from '../syncs/sync-schemas.ts'
import { BEATS, beatSchema, toBeat, type Beat } from './beats.ts'

/** `failing`: the newest sync that ended by itself did not complete. `unknown`: none has ended. */
export type UserState = 'failing' | 'well' | 'unknown'

/** The stalest list of what is known of a user's Canvas, but those of which nothing more is expected. */
export interface StalestRecord {
  readonly entity: string
  /** Null for a list that hangs on no course. */
  readonly course_id: EmittedId
  /** Null when it was never read whole. */
  readonly last_complete_at: string | null
  /** Beside the target of `/freshness`. */
  readonly verdict: FreshnessVerdict
}

export interface UserRecord {
  readonly user_id: EmittedId
  readonly state: UserState
  readonly last_sync_start_time: string
  /** The start of the newest sync that completed; null when none has. */
  readonly last_completed_start_time: string | null
  /** Of the period. */
  readonly finished_syncs: number
  readonly successful_syncs: number
  readonly failed_syncs: number
  /** Per cent, 0 to 100; null when none has finished. */
  readonly success_rate: number | null
  readonly stalest: StalestRecord | null
  /** The newest runs, newest first. */
  readonly beats: readonly Beat[]
}

/** A page may be short, even empty, and still have a next one. */
export interface UserList {
  readonly period_days: number
  readonly count: number
  readonly users: readonly UserRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

const count = z.int().min(0)
const time = z.iso.datetime()

const userRecord: z.ZodType<UserRecord> = z
  .object({
    user_id: emittedId,
    state: z.enum(['failing', 'well', 'unknown']).meta({
      description: 'Of the newest sync that ended by itself: `well` when it completed, `unknown` without one',
    }),
    last_sync_start_time: time,
    last_completed_start_time: time
      .nullable()
      .meta({ description: 'The start of the newest sync that completed; null when none has' }),
    finished_syncs: count,
    successful_syncs: count,
    failed_syncs: count,
    success_rate: z.number().min(0).max(100).nullable(),
    stalest: z
      .object({
        entity: z.string(),
        course_id: emittedId,
        last_complete_at: time.nullable(),
        verdict: z.enum(FRESHNESS_VERDICTS),
      })
      .nullable()
      .meta({
        description: 'The list that was not read whole for the longest time, but those that are final',
      }),
    beats: z.array(beatSchema).meta({ description: 'The newest runs, newest first' }),
  })
  .meta({ title: 'User' })

export const userListSchema: z.ZodType<UserList> = z
  .object({
    period_days: z.int().min(1),
    count,
    users: z.array(userRecord),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'UserList' })

interface UserFilters {
  readonly sort: UserSort
  readonly failing: boolean | undefined
  readonly search: string | undefined
}

export interface UserListInput extends UserFilters {
  readonly days: number
  readonly limit: number
  readonly cursor: string | undefined
}

export const USER_LIST_PARAMETERS: Members<UserListInput> = {
  sort: z
    .enum(USER_SORTS, { error: `one of ${USER_SORTS.join(', ')}` })
    .default('trouble')
    .meta({
      description:
        'By trouble (failing first, then who has waited longest for a sync that completed), newest sync, or id',
    }),
  failing: z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean({ error: 'true or false' }).optional(),
    )
    .meta({ description: 'Only users whose newest sync did not complete' }),
  search: opaqueId('Anywhere in the id of the user, in any case').optional(),
  days: days(7).meta({ description: 'The figures are of so many days of UTC, today with them' }),
  limit: limit(25, 50).meta({ description: 'At most so many users' }),
  cursor,
}

const PLACE: z.ZodType<UserPlace> = z.object({
  well: z.literal([0, 1]),
  last_completed_start_time: z.int(),
  last_sync_start_time: z.int(),
  user_id: userId,
})

const DAY_MS = 86_400_000

/** Of the users whose data the caller may see. */
export async function getUsers(
  { days: period_days, limit: most, cursor: given, ...filters }: UserListInput,
  { store, clock, freshness_target_ms = DEFAULT_FRESHNESS_TARGET_MS }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const read = readCursor(given, filters, PLACE)
  if ('refused' in read) return read.refused
  const page = await store.users.page(
    present<UserPageQuery>({
      ...filters,
      user_ids: caller.users ?? undefined,
      beats: BEATS,
      figures_since: bucketStart('day', clock.now()) - (period_days - 1) * DAY_MS,
      limit: most,
      after: read.place,
    }),
  )
  if (caller.users !== null) for (const { user_id } of page.users) audit.viewed(user_id)
  const next_cursor = page.next === null ? null : writeCursor(filters, page.next)
  const list: UserList = {
    period_days,
    count: page.users.length,
    users: page.users.map((user) => toRecord(user, clock.now(), freshness_target_ms)),
    next_cursor,
  }
  return {
    ...ok(list),
    headers: pageLinks(`${BASE}/users`, { ...filters, days: period_days, limit: most }, next_cursor),
  }
}

function toRecord(user: SyncUser, now: number, target_ms: number): UserRecord {
  const { last_completed_start_time: completed_at, finished, completed, failed } = user
  return {
    user_id: emitUserId(user.user_id),
    state: user.well === 0 ? 'failing' : user.last_ended_status === null ? 'unknown' : 'well',
    last_sync_start_time: isoTime(user.last_sync_start_time),
    last_completed_start_time: completed_at === 0 ? null : isoTime(completed_at),
    finished_syncs: finished,
    successful_syncs: completed,
    failed_syncs: failed,
    success_rate: finished === 0 ? null : successRate({ completed, finished }),
    stalest: user.stalest === null ? null : stalestRecord(user.stalest, now, target_ms),
    beats: user.beats.map(toBeat),
  }
}

function stalestRecord(
  { entity, listed_by, last_complete_at }: StalestList,
  now: number,
  target_ms: number,
): StalestRecord {
  const age_seconds = last_complete_at === null ? null : Math.max(0, (now - last_complete_at) / 1000)
  return {
    entity,
    course_id: emitUserId(courseOf(entity, listed_by)),
    last_complete_at: last_complete_at === null ? null : isoTime(last_complete_at),
    verdict: freshnessVerdict({ age_seconds, final: false }, target_ms / 1000),
  }
}
