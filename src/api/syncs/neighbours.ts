import { z } from 'zod'
import type { SyncRow } from '../../core/sync-record.ts'
import type { SyncLists, SyncPageQuery, SyncPlace, SyncSort } from '../../store/sync-lists.ts'
import { visibleTo } from '../access/visible.ts'
import { ok, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import type { SyncListFilters } from './list-parameters.ts'
import { listedSyncs } from './listed-syncs.ts'

export interface NeighboursInput extends SyncListFilters {
  readonly id: number
}

/** What stands beside a sync in a list; null at its end. */
export interface SyncNeighbours {
  readonly sync_id: number
  /** The id of the one above it. */
  readonly previous: number | null
  /** The id of the one below it. */
  readonly next: number | null
  /** False when a side without a neighbour was not looked through to its end, because too few syncs fit. */
  readonly complete: boolean
}

const id = z.int().min(1)

export const syncNeighboursSchema: z.ZodType<SyncNeighbours> = z
  .object({ sync_id: id, previous: id.nullable(), next: id.nullable(), complete: z.boolean() })
  .meta({ title: 'SyncNeighbours' })

/**
 * Pages looked through on each side for one sync that fits; a page is bounded itself. Each takes a reader of the database
 * 2 ms, and whoever opens a sync asks.
 */
const MOST_PAGES = 6

const REVERSED: Readonly<Record<SyncSort, SyncSort>> = {
  newest: 'oldest',
  oldest: 'newest',
  longest: 'shortest',
  shortest: 'longest',
}

/** The syncs beside one in the list of the filters. It need not fit itself: its place is known all the same. */
export async function getNeighbours(
  { id: sync_id, ...filters }: NeighboursInput,
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const { lists, syncs } = services.store
  const meant = listedSyncs(filters, services, request.caller)
  if ('refused' in meant) return meant.refused
  const sync = visibleTo(request, await syncs.getSync(sync_id))
  if (sync === null) return problem(404, 'Sync metrics not found')
  const after = placeOf(sync, filters.sort)
  // By duration one that runs has no place yet.
  if (after === null) return ok({ sync_id, previous: null, next: null, complete: true })
  const beside = (sort: SyncSort): Promise<Beside> =>
    firstBehind(lists, { condition: meant.condition, sort, limit: 1, after })
  const [previous, next] = await Promise.all([beside(REVERSED[filters.sort]), beside(filters.sort)])
  return ok({
    sync_id,
    previous: previous.id,
    next: next.id,
    complete: previous.complete && next.complete,
  } satisfies SyncNeighbours)
}

function placeOf(sync: SyncRow, sort: SyncSort): SyncPlace | null {
  const { id: sync_id, sync_start_time, total_duration_seconds } = sync
  const value = sort === 'newest' || sort === 'oldest' ? sync_start_time : total_duration_seconds
  return value === null ? null : { value, id: sync_id }
}

interface Beside {
  readonly id: number | null
  readonly complete: boolean
}

async function firstBehind(lists: SyncLists, query: SyncPageQuery): Promise<Beside> {
  let { after } = query
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { rows, next } = await lists.page({ ...query, after })
    const [found] = rows
    if (found !== undefined) return { id: found.id, complete: true }
    if (next === null) return { id: null, complete: true }
    after = next
  }
  return { id: null, complete: false }
}
