import { z } from 'zod'
import type { SyncRecord } from '../../core/sync-record.ts'
import type { SyncCondition, SyncPlace } from '../../store/sync-lists.ts'
import type { Answer } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { readCursor, writeCursor } from '../http/cursor.ts'
import { jsonBytes } from '../http/json-bytes.ts'
import { pageLinks } from '../http/page-links.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import type { SyncListFilters } from './list-parameters.ts'
import { listedSyncs } from './listed-syncs.ts'
import { syncRecordSchema } from './sync-schemas.ts'

export interface SyncPageInput extends SyncListFilters {
  readonly limit: number
  readonly cursor: string | undefined
}

/** One page of a list; it may have fewer syncs than the limit, even none, and still a next one. */
export interface SyncListPage {
  readonly count: number
  readonly syncs: readonly SyncRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

export const syncListPageSchema: z.ZodType<SyncListPage> = z
  .object({
    count: z.int().min(0),
    syncs: z.array(syncRecordSchema),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'SyncListPage' })

/** Where a page ended, and the range of times that the first one meant: `2h` is another one later. */
interface Continuation extends SyncPlace {
  readonly since?: number | undefined
  readonly until?: number | undefined
}

const time = z.int().optional()
const BY_TIME: z.ZodType<Continuation> = z.object({ value: z.int(), id: z.int(), since: time, until: time })
const BY_DURATION: z.ZodType<Continuation> = z.object({
  value: z.number(),
  id: z.int(),
  since: time,
  until: time,
})

const isByTime = ({ sort }: SyncListFilters): boolean => sort === 'newest' || sort === 'oldest'

export async function getSyncPage(
  { limit, cursor, ...filters }: SyncPageInput,
  services: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const { user_id, sort } = filters
  const meant = listedSyncs(filters, services, caller)
  if ('refused' in meant) return meant.refused
  const read = readCursor(cursor, filters, isByTime(filters) ? BY_TIME : BY_DURATION)
  if ('refused' in read) return read.refused
  const condition: SyncCondition = { ...meant.condition, ...rangeOf(read.place) }
  const after = read.place === null ? null : { value: read.place.value, id: read.place.id }
  const page = await services.store.lists.recordPage({ condition, sort, limit, after })
  if (user_id !== undefined) audit.viewed(user_id)
  const { since, until } = condition
  const next_cursor = page.next === null ? null : writeCursor(filters, { ...page.next, since, until })
  const query = { ...filters, status: filters.status?.join(','), limit }
  return {
    status: 200,
    body: jsonBytes({ count: page.count }, 'syncs', page.records, { next_cursor }),
    headers: pageLinks(`${BASE}/syncs`, query, next_cursor),
  }
}

function rangeOf(place: Continuation | null): Pick<SyncCondition, 'since' | 'until'> {
  return {
    ...(place?.since === undefined ? {} : { since: place.since }),
    ...(place?.until === undefined ? {} : { until: place.until }),
  }
}
