import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { parseDuration } from '../../core/duration-text.ts'
import {
  DEFAULT_FRESHNESS_TARGET_MS,
  FRESHNESS_VERDICTS,
  freshnessVerdict,
  type FreshnessVerdict,
} from '../../core/freshness-verdict.ts'
import { isoTime } from '../../core/iso-time.ts'
import { SYNCED_ENTITIES, type SyncedEntity } from '../../core/synced-entity.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { FreshnessPlace, FreshnessQuery, FreshnessRow } from '../../store/freshness.ts'
import { otherUsers } from '../access/refusals.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { limit, opaqueId, userId, wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { duration, present } from '../syncs/list-parameters.ts'
import { emittedId, type EmittedId } from '../syncs/sync-schemas.ts'

/** How old what is known of one list of Canvas is. */
export interface FreshnessRecord {
  readonly source_id: number
  readonly base_url: string
  /** Canvas's id of the token's owner, whose view of Canvas it is. */
  readonly canvas_user_id: EmittedId
  /** Null for a list that hangs on no course, such as that of all courses. */
  readonly course_id: EmittedId
  readonly entity: string
  /** A course's id, `self`, `account:ID`, or `course:ID` for a course that was read by its id. */
  readonly listed_by: string
  /** When a read of the whole list began that came to its end; null when there was none. */
  readonly last_complete_at: string | null
  readonly age_seconds: number | null
  readonly never_complete: boolean
  /** What its age comes to beside the target. */
  readonly verdict: FreshnessVerdict
  /** What Canvas dates up to then is known, from whole reads or from reads of what changed. */
  readonly read_through_at: string | null
  readonly last_read_at: string
  readonly row_count: number | null
  readonly deletions_held: number
  /** Its course is concluded and nothing is expected to change any more. */
  readonly final: boolean
}

export interface FreshnessList {
  /** How old the last complete read of a list may be before it is stale. */
  readonly target_seconds: number
  readonly count: number
  readonly freshness: readonly FreshnessRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

const count = z.int().min(0)
const time = z.iso.datetime()

const freshnessRecord: z.ZodType<FreshnessRecord> = z
  .object({
    source_id: z.int().min(1),
    base_url: z.string(),
    canvas_user_id: emittedId.meta({
      description: 'Canvas’s id of the owner of the token, whose view of Canvas it is',
    }),
    course_id: emittedId.meta({
      description: 'Null for a list that hangs on no course, such as that of all courses',
    }),
    entity: z.string(),
    listed_by: z.string().meta({
      description: 'A course’s id, `self`, `account:ID`, or `course:ID` for a course read by its id',
    }),
    last_complete_at: time
      .nullable()
      .meta({ description: 'When the last read began that came to the end of the list; null when none did' }),
    age_seconds: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'How long ago that was; null when there was none' }),
    never_complete: z.boolean(),
    verdict: z
      .enum(FRESHNESS_VERDICTS)
      .meta({ description: 'What its age comes to beside `target_seconds`' }),
    read_through_at: time.nullable().meta({
      description: 'What Canvas dates up to then is known, from whole reads or from reads of what changed',
    }),
    last_read_at: time.meta({ description: 'When the last read began, complete or not' }),
    row_count: count
      .nullable()
      .meta({ description: 'Rows in the last complete read; null when there was none' }),
    deletions_held: count.meta({
      description: 'Rows that are missing and not marked as deleted, because too many were missing at once',
    }),
    final: z.boolean().meta({
      description: 'The course is concluded: nothing is expected to change, and the age says nothing',
    }),
  })
  .meta({ title: 'Freshness' })

export const freshnessListSchema: z.ZodType<FreshnessList> = z
  .object({
    target_seconds: z
      .number()
      .min(60)
      .meta({ description: 'A list whose last complete read is older is stale', examples: [86_400] }),
    count,
    freshness: z.array(freshnessRecord),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'FreshnessList' })

interface FreshnessFilters {
  readonly user_id: string | undefined
  readonly source_id: number | undefined
  readonly course_id: string | undefined
  readonly entity: SyncedEntity | undefined
  readonly older_than: string | undefined
  readonly final: boolean | undefined
}

export interface FreshnessInput extends FreshnessFilters {
  readonly limit: number
  readonly cursor: string | undefined
}

export const FRESHNESS_PARAMETERS: Members<FreshnessInput> = {
  user_id: userId.optional().meta({ description: 'Only lists of sources that syncs of this user have read' }),
  source_id: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Only lists that this source read' }),
  course_id: opaqueId('Only lists of this course, and the course itself').optional(),
  entity: z
    .enum(SYNCED_ENTITIES, { error: `one of ${SYNCED_ENTITIES.join(', ')}` })
    .optional()
    .meta({ description: 'Only lists of this entity' }),
  older_than: duration('Only lists whose last complete read is older, or that were never read completely'),
  final: z
    .preprocess(
      (given) => (given === 'true' ? true : given === 'false' ? false : given),
      z.boolean({ error: 'true or false' }).optional(),
    )
    .meta({ description: 'Only lists that are not expected to change any more, or only the others' }),
  limit: limit(100, 1000).meta({ description: 'At most so many lists' }),
  cursor,
}

/** The place where a page ended and the moment that `older_than` counts from, which is that of the first page. */
interface Continuation extends FreshnessPlace {
  readonly complete_before?: number | undefined
}

const PLACE: z.ZodType<Continuation> = z.object({
  complete_at: z.int(),
  source_id: z.int(),
  entity: z.string(),
  listed_by: z.string(),
  complete_before: z.int().optional(),
})

/** The stalest first. A caller who may see some users only sees the sources that these users' syncs have read. */
export async function getFreshness(
  { limit, cursor, ...filters }: FreshnessInput,
  { store, clock, freshness_target_ms = DEFAULT_FRESHNESS_TARGET_MS }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  if (filters.user_id !== undefined && !maySee(caller, filters.user_id)) return otherUsers(caller)
  const read = readCursor(cursor, filters, PLACE)
  if ('refused' in read) return read.refused
  const now = clock.now()
  const { older_than, user_id, ...conditions } = filters
  const user_ids = user_id === undefined ? caller.users : [user_id]
  const older_ms = older_than === undefined ? undefined : (parseDuration(older_than) ?? undefined)
  const { complete_before = older_ms === undefined ? undefined : Math.floor(now - older_ms), ...after } =
    read.place ?? {}
  const page = await store.freshness.page(
    present<FreshnessQuery>({
      ...conditions,
      complete_before,
      user_ids: user_ids ?? undefined,
      limit,
      after: read.place === null ? null : (after as FreshnessPlace),
    }),
  )
  for (const seen of user_ids ?? []) audit.viewed(seen)
  const next_cursor = page.next === null ? null : writeCursor(filters, { ...page.next, complete_before })
  const target_seconds = freshness_target_ms / 1000
  const freshness = page.rows.map((row) => toRecord(row, now, target_seconds))
  const list: FreshnessList = { target_seconds, count: freshness.length, freshness, next_cursor }
  return { ...ok(list), headers: pageLinks(`${BASE}/freshness`, { ...filters, limit }, next_cursor) }
}

function toRecord(row: FreshnessRow, now: number, target_seconds: number): FreshnessRecord {
  const { source_id, base_url, entity, listed_by, last_complete_at, read_through_at, final } = row
  // The clock may have gone back since.
  const age_seconds =
    last_complete_at === null ? null : Math.max(0, Math.round((now - last_complete_at) / 1000))
  return {
    source_id,
    base_url,
    canvas_user_id: emitUserId(row.canvas_user_id),
    course_id: emitUserId(courseOf(entity, listed_by)),
    entity,
    listed_by,
    last_complete_at: last_complete_at === null ? null : isoTime(last_complete_at),
    age_seconds,
    never_complete: last_complete_at === null,
    verdict: freshnessVerdict({ age_seconds, final }, target_seconds),
    read_through_at: read_through_at === null ? null : isoTime(read_through_at),
    last_read_at: isoTime(row.last_listing_at),
    row_count: row.row_count,
    deletions_held: row.deletions_held,
    final,
  }
}

/** The course that a list belongs to; null when it hangs on none. */
export function courseOf(entity: string, listed_by: string): string | null {
  if (entity !== 'terms' && entity !== 'courses') return listed_by
  return listed_by.startsWith('course:') ? listed_by.slice('course:'.length) : null
}
