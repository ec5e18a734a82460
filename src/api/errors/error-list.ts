import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { ERROR_GROUP_STATES, type ErrorGroupState } from '../../core/error-group-state.ts'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import {
  ERROR_GROUP_SORTS,
  type ErrorGroupPlace,
  type ErrorGroupQuery,
  type ErrorGroupSort,
} from '../../store/error-groups.ts'
import { otherUsers } from '../access/refusals.ts'
import type { Answer, Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor as cursorParameter, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { days, limit, userId } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { windowStart } from '../syncs/statistics.ts'
import {
  errorGroupSchema,
  toErrorGroupRecord,
  toTrendRecord,
  TREND_MEMBERS,
  type ErrorGroupRecord,
  type ErrorTrendRecord,
} from './error-group-records.ts'

export interface ErrorGroupList extends ErrorTrendRecord {
  readonly period_days: number
  readonly count: number
  readonly groups: readonly ErrorGroupRecord[]
  /** How many groups of each state there are, whatever `state` asks for. */
  readonly states: Readonly<Record<ErrorGroupState, number>>
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

const count = z.int().min(0)

export const errorGroupListSchema: z.ZodType<ErrorGroupList> = z
  .object({
    period_days: z.int().min(1),
    count,
    groups: z.array(errorGroupSchema),
    states: z
      .object({ came_back: count, new: count, open: count, muted: count, resolved: count })
      .meta({ title: 'ErrorGroupStates' }),
    ...TREND_MEMBERS,
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'ErrorGroupList' })

export interface ErrorGroupFilters {
  readonly days: number
  readonly user_id: string | undefined
  readonly state: readonly ErrorGroupState[] | undefined
  readonly error_type: SyncErrorType | undefined
  readonly text: string | undefined
  readonly sort: ErrorGroupSort
}

export interface ErrorGroupListInput extends ErrorGroupFilters {
  readonly limit: number
  readonly cursor: string | undefined
}

const LONGEST_TEXT = 500
const states_error = `one or more of ${ERROR_GROUP_STATES.join(', ')}, with commas between them`
const text_error = `text of 1 to ${LONGEST_TEXT} characters without a null character`
const ERROR_TYPES = Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]

export const ERROR_LIST_PARAMETERS: Members<ErrorGroupListInput> = {
  days: days(7),
  limit: limit(20, 100).meta({ description: 'At most so many errors' }),
  user_id: userId.optional().meta({ description: 'Only syncs of this user' }),
  state: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(',') : given),
      z.array(z.enum(ERROR_GROUP_STATES, { error: states_error }), { error: states_error }).optional(),
    )
    .meta({ description: 'Only errors with which it stands so, with commas between them' }),
  error_type: z
    .enum(ERROR_TYPES, { error: `one of ${ERROR_TYPES.join(', ')}` })
    .optional()
    .meta({ description: 'Only errors of this type' }),
  text: z
    .string({ error: text_error })
    .min(1, { error: text_error })
    .max(LONGEST_TEXT, { error: text_error })
    .refine((given) => !given.includes('\0'), { error: text_error })
    .optional()
    .meta({ description: 'Anywhere in the message of the newest sync, in any case' }),
  sort: z
    .enum(ERROR_GROUP_SORTS, { error: `one of ${ERROR_GROUP_SORTS.join(', ')}` })
    .default('most')
    .meta({
      description: 'By the syncs of the period, by the newest, or by how many more its later half has',
    }),
  cursor: cursorParameter,
}

/** Where a page ended, and when the first one was asked for: the period is the same on all of them. */
interface Continuation extends ErrorGroupPlace {
  readonly now: number
}

/** A cursor may come from anybody, and from a server whose clock is ahead of this one's. */
const CLOCKS_DIFFER_MS = 86_400_000
const continuation = (now_ms: number): z.ZodType<Continuation> =>
  z.object({
    value: z.number(),
    id: z.int(),
    now: z
      .int()
      .min(0)
      .max(now_ms + CLOCKS_DIFFER_MS),
  })

/** Of the users whose data the caller may see. */
export async function getErrorGroups(
  { limit, cursor, ...filters }: ErrorGroupListInput,
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const { days, user_id, state, error_type, text, sort } = filters
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const read = readCursor(cursor, filters, continuation(clock.now()))
  if ('refused' in read) return read.refused
  const now = read.place?.now ?? clock.now()
  const user_ids = user_id === undefined ? caller.users : [user_id]
  const query: ErrorGroupQuery = {
    since: windowStart(now, days),
    now,
    sort,
    limit,
    after: read.place,
    ...(user_ids === null ? {} : { user_ids }),
    ...(state === undefined ? {} : { states: state }),
    ...(error_type === undefined ? {} : { error_types: [error_type] }),
    ...(text === undefined ? {} : { text }),
  }
  const page = await store.errorGroups.list(query)
  if (user_id !== undefined) audit.viewed(user_id)
  const next_cursor = page.next === null ? null : writeCursor(filters, { ...page.next, now })
  const list: ErrorGroupList = {
    period_days: days,
    count: page.groups.length,
    groups: page.groups.map(toErrorGroupRecord),
    states: page.states,
    ...toTrendRecord(page.trend),
    next_cursor,
  }
  const address = { ...filters, state: state?.join(','), limit }
  return { status: 200, body: list, headers: pageLinks(`${BASE}/errors`, address, next_cursor) }
}
