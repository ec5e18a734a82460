import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../../core/error-types.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { SyncRow } from '../../core/sync-record.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../core/sync-status.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { SyncCondition, SyncLists, SyncPage, SyncPlace } from '../../store/sync-lists.ts'
import type { SyncBeat } from '../../store/sync-users.ts'
import { otherUsers } from '../access/refusals.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import { limit, userId, wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { emittedId, type EmittedId } from '../syncs/sync-schemas.ts'

/** One run in a row of runs. */
export interface Beat {
  readonly sync_id: number
  readonly sync_status: SyncStatus
  readonly sync_type: string
  readonly sync_start_time: string
  /** Null while it runs. */
  readonly total_duration_seconds: number | null
  readonly error_type: SyncErrorType | null
}

/** The newest runs, newest first. */
export interface BeatList {
  readonly user_id: EmittedId
  readonly source_id: number | null
  readonly count: number
  readonly beats: readonly Beat[]
}

export interface BeatInput {
  readonly user_id: string | undefined
  readonly source_id: number | undefined
  readonly limit: number
}

/** How many runs a row shows. */
export const BEATS = 30

export const BEAT_PARAMETERS: Members<BeatInput> = {
  user_id: userId.optional().meta({ description: 'Only runs for this user' }),
  source_id: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Only runs that read this source' }),
  limit: limit(BEATS, 100),
}

export const beatSchema: z.ZodType<Beat> = z
  .object({
    sync_id: z.int().min(1),
    sync_status: z.enum(SYNC_STATUSES),
    sync_type: z.string(),
    sync_start_time: z.iso.datetime(),
    total_duration_seconds: z.number().min(0).nullable().meta({ description: 'Null while it runs' }),
    error_type: z.enum(Object.keys(ERROR_TYPE_FACTS) as SyncErrorType[]).nullable(),
  })
  .meta({ title: 'Beat' })

export const beatListSchema: z.ZodType<BeatList> = z
  .object({
    user_id: emittedId,
    source_id: z.int().min(1).nullable(),
    count: z.int().min(0),
    beats: z.array(beatSchema),
  })
  .meta({ title: 'BeatList' })

/** Of the users whose data the caller may see. */
export async function getBeats(
  { user_id, source_id, limit: most }: BeatInput,
  { store }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const of_source: SyncCondition = source_id === undefined ? {} : { source_id }
  const users = user_id === undefined ? caller.users : [user_id]
  const rows: SyncRow[] = []
  if (users === null) rows.push(...(await newestRows(store.lists, of_source, most)))
  // One by one: a list of many users is walked along the syncs of all.
  for (const user of users ?? [])
    rows.push(...(await newestRows(store.lists, { ...of_source, user_ids: [user] }, most)))
  rows.sort((a, b) => b.sync_start_time - a.sync_start_time || b.id - a.id)
  const beats = rows.slice(0, most).map((row) => toBeat({ ...row, sync_id: row.id }))
  if (user_id !== undefined) audit.viewed(user_id)
  const list: BeatList = {
    user_id: emitUserId(user_id ?? null),
    source_id: source_id ?? null,
    count: beats.length,
    beats,
  }
  return ok(list)
}

/** Where hardly any run fits, the newest 20,000 or so are looked at: a page is bounded itself. */
const MOST_PAGES = 20

async function newestRows(lists: SyncLists, condition: SyncCondition, most: number): Promise<SyncRow[]> {
  const rows: SyncRow[] = []
  let after: SyncPlace | null = null
  for (let pages = 0; pages < MOST_PAGES && rows.length < most; pages++) {
    const limit = most - rows.length
    const page: SyncPage = await lists.page({ condition, sort: 'newest', limit, after })
    rows.push(...page.rows)
    after = page.next
    if (after === null) break
  }
  return rows
}

export function toBeat(beat: SyncBeat): Beat {
  const { sync_id, sync_status, sync_type, sync_start_time, total_duration_seconds, error_type } = beat
  return {
    sync_id,
    sync_status,
    sync_type,
    sync_start_time: isoTime(sync_start_time),
    total_duration_seconds,
    error_type,
  }
}
