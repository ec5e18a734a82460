import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { ErrorGroupList as ErrorGroupPage } from '../../../src/api/errors/error-list.ts'
import { Failure } from '../parts/failure.tsx'
import { countText } from '../parts/number-text.ts'
import { Waits } from '../parts/panel.tsx'
import { ErrorFilterBar } from './error-filter-bar.tsx'
import {
  ERROR_PERIODS,
  errorFiltersOf,
  isNarrowed,
  openedGroup,
  periodWords,
  queryOf,
  withValue,
  type ErrorFilters,
} from './error-filters.ts'
import { ErrorGroupDialog } from './error-group-dialog.tsx'
import { ErrorGroupList } from './error-group-list.tsx'
import { errorGroupsQuery } from './errors-queries.ts'

/** Which errors there are, how often, and whom they touch. Filters and the opened one stand in the address. */
export function ErrorsPage(): ReactNode {
  const [address, setAddress] = useSearchParams()
  const filters = useMemo(() => errorFiltersOf(address), [address])
  // What was there stays, dimmed, until the next is there: nothing jumps.
  const list = useInfiniteQuery({
    ...errorGroupsQuery(queryOf(filters)),
    placeholderData: keepPreviousData,
  })
  const pages = list.data?.pages ?? []
  const groups = pages.flatMap((page) => page.groups)
  const states = pages[0]?.states ?? null
  const opened = openedGroup(address)
  return (
    <>
      <header className="page-head">
        <h1>Errors</h1>
        <p className="hint">
          Syncs that ended for the same reason stand together. Open one to see the errors of its courses.
        </p>
        <PeriodSwitch
          filters={filters}
          onChange={(days) => {
            setAddress(withValue(address, 'days', days))
          }}
        />
      </header>
      <ErrorFilterBar address={address} filters={filters} states={states} onChange={setAddress} />
      <section
        className="panel error-panel"
        aria-label="Groups of errors"
        aria-busy={list.isPlaceholderData || list.isPending}
      >
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Waits lines={12} /> : null}
        {states !== null && groups.length === 0 ? <Nothing filters={filters} states={states} /> : null}
        {groups.length === 0 ? null : (
          <ErrorGroupList
            groups={groups}
            hrefOf={(id) => `/errors?${withValue(address, 'group', String(id)).toString()}`}
          />
        )}
        {groups.length === 0 ? null : (
          <p className="more">
            <span role="status">{countText(groups.length)} shown</span>
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
      {opened === null ? null : (
        <ErrorGroupDialog
          key={opened}
          id={opened}
          days={filters.days}
          onClose={() => {
            setAddress(withValue(address, 'group', ''))
          }}
        />
      )}
    </>
  )
}

interface NothingProps {
  readonly filters: ErrorFilters
  readonly states: ErrorGroupPage['states']
}

function Nothing({ filters, states }: NothingProps): ReactNode {
  const others = Object.values(states).reduce((sum, count) => sum + count, 0)
  if (others > 0) return <p className="empty">{filters.state.none}</p>
  if (isNarrowed(filters)) return <p className="empty">No error is like that. Remove a filter to see more.</p>
  return (
    <p className="empty">
      No sync ended with an error in the last {periodWords(filters.days)}. To look further back choose a
      longer period, or run <code>canvas-sync-monitor syncs --status failed</code>.
    </p>
  )
}

interface PeriodSwitchProps {
  readonly filters: ErrorFilters
  readonly onChange: (days: string) => void
}

function PeriodSwitch({ filters: { days }, onChange }: PeriodSwitchProps): ReactNode {
  return (
    <fieldset className="choice">
      <legend>Period</legend>
      {ERROR_PERIODS.map(({ value, words }) => (
        <label key={value}>
          <input
            type="radio"
            name="period"
            checked={words === periodWords(days)}
            onChange={() => {
              onChange(value)
            }}
          />
          {words}
        </label>
      ))}
    </fieldset>
  )
}
