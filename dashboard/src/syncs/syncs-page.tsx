import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { syncPagesQuery } from '../data/queries.ts'
import { Failure } from '../parts/failure.tsx'
import { countText } from '../parts/number-text.ts'
import { FilterBar } from './filter-bar.tsx'
import { filtersOf } from './sync-filters.ts'
import { SyncTable } from './sync-table.tsx'

/** Syncs by what they are. Every filter stands in the address, so that a copied link shows the same. */
export function SyncsPage(): ReactNode {
  const [address, setAddress] = useSearchParams()
  const filters = useMemo(() => filtersOf(address), [address])
  const list = useInfiniteQuery(syncPagesQuery(filters))
  const syncs = list.data?.pages.flatMap((page) => page.syncs) ?? []
  return (
    <>
      <header className="page-head">
        <h1>Syncs</h1>
      </header>
      <FilterBar address={address} onChange={setAddress} />
      <section className="panel" aria-label="Syncs">
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <p className="waits">Loading…</p> : null}
        {list.data !== undefined && syncs.length === 0 && !list.hasNextPage ? (
          <p className="empty">No sync is like that. Remove a filter to see more.</p>
        ) : null}
        {syncs.length === 0 ? null : <SyncTable syncs={syncs} />}
        {list.data === undefined ? null : (
          <p className="more">
            <span role="status">{countText(syncs.length)} shown</span>
            {list.hasNextPage ? (
              <button
                type="button"
                disabled={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                {list.isFetchingNextPage ? 'Loading…' : 'Show more'}
              </button>
            ) : null}
          </p>
        )}
      </section>
    </>
  )
}
