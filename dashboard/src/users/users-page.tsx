import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { UserList } from '../../../src/api/users/user-list.ts'
import { useAddress } from '../parts/address.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { Waits } from '../parts/panel.tsx'
import { UserFilterBar } from './user-filter-bar.tsx'
import {
  USER_ORDERS,
  USER_PERIODS,
  userFiltersOf,
  userValuesOf,
  withUserFilter,
  type UserFilters,
} from './user-filters.ts'
import { UserTable } from './user-table.tsx'
import { userPagesQuery } from './users-queries.ts'

const MOST_LIVE_PAGES = 4

/** Whose data is fresh, and whose is not: those in trouble first. */
export function UsersPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const filters = userFiltersOf(address)
  const query = userPagesQuery(userValuesOf(filters))
  const known = useQueryClient().getQueryData<InfiniteData<UserList>>(query.queryKey)?.pages.length ?? 0
  // All pages are asked for again; of many that would be too much at each change, and every minute has to do.
  const list = useInfiniteQuery({ ...query, meta: { follows_syncs: known <= MOST_LIVE_PAGES } })
  const users = list.data?.pages.flatMap((page) => page.users) ?? []
  const period_days = list.data?.pages[0]?.period_days ?? 0
  const change = (name: string, value: string): void => {
    setAddress(withUserFilter(address, name, value))
  }
  return (
    <>
      <header className="page-head">
        <h1>Users</h1>
      </header>
      <UserFilterBar filters={filters} onChange={change} />
      <section className="panel list-panel" aria-label="Users">
        <header>
          <p role="status">{list.data === undefined ? '' : countWords(users.length, !list.hasNextPage)}</p>
          <div className="actions">
            <ChoiceSelect
              label="Success rate of"
              choices={USER_PERIODS}
              value={filters.days}
              onChoose={(days) => {
                change('days', days)
              }}
            />
            <ChoiceSelect
              label="Order"
              choices={USER_ORDERS}
              value={filters.sort}
              onChoose={(sort) => {
                change('sort', sort)
              }}
            />
          </div>
        </header>
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Waits lines={12} /> : null}
        {list.data !== undefined && users.length === 0 && !list.hasNextPage ? (
          <Nobody filters={filters} />
        ) : null}
        {users.length === 0 ? null : <UserTable users={users} period_days={period_days} />}
        {list.data === undefined ? null : <MoreRows list={list} shown={users.length} />}
      </section>
    </>
  )
}

function Nobody({ filters: { search, failing } }: { readonly filters: UserFilters }): ReactNode {
  if (failing && search === '')
    return <p className="empty">Nobody is in trouble: the newest sync of every user completed.</p>
  if (search !== '' || failing)
    return <p className="empty">No user is like that. Look for another id, or show all.</p>
  return (
    <p className="empty">
      No sync has run for a user yet. Begin with <code>canvas-sync-monitor sync --user-id 42</code>.
    </p>
  )
}
