import { z } from 'zod'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import { DURATION_FORMS, parseDuration } from '../../core/duration-text.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import type { TimeContext } from '../../core/time-range.ts'
import { SYNC_SORTS, type SyncCondition, type SyncSort } from '../../store/sync-lists.ts'
import type { Answer, Members } from '../http/answer.ts'
import { opaqueId, wholeNumber } from '../http/parameters.ts'
import { readRange } from '../logs/log-parameters.ts'

/** By what syncs are chosen, as it comes in. */
export interface SyncListFilters {
  readonly status: readonly SyncStatus[] | undefined
  readonly type: string | undefined
  readonly user_id: string | undefined
  readonly course_id: string | undefined
  readonly error_type: SyncErrorType | undefined
  readonly error_group: number | undefined
  readonly unsettled: boolean | undefined
  readonly host: string | undefined
  readonly trigger: string | undefined
  readonly source_id: number | undefined
  readonly min_duration: string | undefined
  readonly max_duration: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly text: string | undefined
  readonly sort: SyncSort
}

const LONGEST_TEXT = 500

const word = (description: string): z.ZodType<string | undefined> => opaqueId(description).optional()

const number = (description: string): z.ZodType<number | undefined> =>
  wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().meta({ description })

function textOf(description: string, longest: number): z.ZodType<string | undefined> {
  const error = `text of 1 to ${longest} characters without a null character`
  return z
    .string({ error })
    .min(1, { error })
    .max(longest, { error })
    .refine((given) => !given.includes('\0'), { error })
    .optional()
    .meta({ description })
}

export function duration(description: string): z.ZodType<string | undefined> {
  return z
    .string({ error: DURATION_FORMS })
    .refine((given) => parseDuration(given) !== null, { error: DURATION_FORMS })
    .optional()
    .meta({ description: `${description}: 90s, 15m, 2h`, examples: ['90s'] })
}

const statuses_error = `one or more of ${SYNC_STATUSES.join(', ')}, with commas between them`
const ERROR_TYPES = Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]

export const SYNC_LIST_FILTERS: Members<SyncListFilters> = {
  status: z
    .preprocess(
      (given) => (typeof given === 'string' ? given.split(',') : given),
      z.array(z.enum(SYNC_STATUSES, { error: statuses_error }), { error: statuses_error }).optional(),
    )
    .meta({ description: 'Only syncs of these statuses, with commas between them' }),
  type: word('Only syncs of this type'),
  user_id: word('Only syncs of this user'),
  course_id: word('Only syncs that this course was the target of, or that have an outcome of it'),
  error_type: z
    .enum(ERROR_TYPES, { error: `one of ${ERROR_TYPES.join(', ')}` })
    .optional()
    .meta({ description: 'Only syncs that ended with an error of this type' }),
  error_group: number('Only syncs of this group of errors, by its id'),
  unsettled: z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean({ error: 'true or false' }).optional(),
    )
    .meta({ description: 'Only syncs whose error nobody has muted, or resolved since' }),
  host: word('Only syncs that ran on this host'),
  trigger: word('Only syncs that this started: manual, schedule, …'),
  source_id: number('Only syncs that read this source'),
  min_duration: duration('Only syncs that took so long or longer'),
  max_duration: duration('Only syncs that took no longer'),
  since: textOf('Started from then on: 2026-11-22T10:15:30Z, 2026-11-22, 2h, yesterday', 64),
  until: textOf('Started before then, in the same forms', 64),
  text: textOf('Anywhere in the error message, in any case', LONGEST_TEXT),
  sort: z
    .enum(SYNC_SORTS, { error: `one of ${SYNC_SORTS.join(', ')}` })
    .default('newest')
    .meta({ description: 'By start time, or by duration: then only syncs that have one' }),
}

/** The condition that the filters mean at this moment; or why they mean none. */
export function conditionOf(
  filters: SyncListFilters,
  context: TimeContext,
): { condition: SyncCondition } | { refused: Answer } {
  const ranged = readRange(filters, context)
  if ('refused' in ranged) return ranged
  const { since_ms, until_ms } = ranged.range
  const given: { readonly [Name in keyof SyncCondition]-?: SyncCondition[Name] | undefined } = {
    statuses: filters.status,
    sync_types: filters.type === undefined ? undefined : [filters.type],
    user_ids: filters.user_id === undefined ? undefined : [filters.user_id],
    course_id: filters.course_id,
    error_types: filters.error_type === undefined ? undefined : [filters.error_type],
    error_group_id: filters.error_group,
    unsettled_at: filters.unsettled === true ? context.now_ms : undefined,
    host: filters.host,
    trigger: filters.trigger,
    source_id: filters.source_id,
    min_duration_ms: millisecondsOf(filters.min_duration),
    max_duration_ms: millisecondsOf(filters.max_duration),
    since: since_ms,
    until: until_ms,
    error_text: filters.text,
  }
  return { condition: present(given) }
}

const millisecondsOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : (parseDuration(text) ?? undefined)

/** Without the members that were not given. */
export function present<T extends object>(given: { readonly [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
}
