import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query'
import { useCallback, useLayoutEffect, useMemo } from 'react'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import type { QueryValues } from '../data/api-client.ts'
import { syncPagesQuery, syncsQuery } from '../data/queries.ts'
import { joinHead } from './list-head.ts'

type Pages = InfiniteData<SyncListPage>

/** How long a list that was left is kept, so that going back shows all its rows again. */
const KEPT_MS = 30 * 60_000

export interface SyncListState {
  readonly list: UseInfiniteQueryResult<Pages>
  readonly syncs: readonly SyncRecord[]
  /** Syncs that have come and are not shown yet, because somebody reads. */
  readonly fresh: number
  readonly showFresh: () => void
}

/**
 * The pages of a list that were asked for. They are not asked for again: the events of the server change their rows, and
 * the first page alone tells what is new.
 *
 * @param reads whether rows may not move now
 */
export function useSyncList(filters: QueryValues, reads: () => boolean): SyncListState {
  const queries = useQueryClient()
  const pages_query = useMemo(() => syncPagesQuery(filters), [filters])
  const list = useInfiniteQuery({
    ...pages_query,
    meta: { follows_syncs: false },
    staleTime: Infinity,
    gcTime: KEPT_MS,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const { data } = list
  const head = useQuery({
    ...syncsQuery(filters),
    enabled: data !== undefined,
    // What has just come need not be asked for twice.
    initialData: data?.pages[0],
    initialDataUpdatedAt: list.dataUpdatedAt,
  })
  const sort = typeof filters['sort'] === 'string' ? filters['sort'] : null
  const joined = useMemo(
    () =>
      data === undefined || head.data === undefined || head.data === data.pages[0]
        ? null
        : joinHead(data.pages, head.data, sort),
    [data, head.data, sort],
  )
  const { queryKey } = pages_query
  const showFresh = useCallback(() => {
    if (joined === null) return
    queries.setQueryData<Pages>(queryKey, (known) =>
      known === undefined
        ? known
        : {
            pages: [...joined.pages],
            pageParams: joined.begins_again ? [null] : known.pageParams.slice(0, joined.pages.length),
          },
    )
  }, [joined, queries, queryKey])
  const differs = joined !== null && data !== undefined && !sameRows(joined.pages, data.pages)
  useLayoutEffect(() => {
    if (differs && !reads()) showFresh()
  }, [differs, reads, showFresh])
  const syncs = useMemo(() => data?.pages.flatMap((page) => page.syncs) ?? [], [data])
  return { list, syncs, fresh: joined?.fresh ?? 0, showFresh }
}

const idsOf = (pages: readonly SyncListPage[]): string =>
  pages.map(({ syncs }) => syncs.map(({ id }) => id).join(' ')).join(',')

const sameRows = (one: readonly SyncListPage[], other: readonly SyncListPage[]): boolean =>
  idsOf(one) === idsOf(other)
