import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { ErrorGroupList as ErrorGroupPage } from '../../../src/api/errors/error-list.ts'
import { withValue } from '../parts/address-values.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { Waits } from '../parts/panel.tsx'
import { Segments } from '../parts/segments.tsx'
import { ErrorFilterBar } from './error-filter-bar.tsx'
import {
  ERROR_PERIODS,
  ERROR_SORTS,
  errorFiltersOf,
  isNarrowed,
  openedGroup,
  periodWords,
  queryOf,
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
        className="panel list-panel"
        aria-label="Groups of errors"
        aria-busy={list.isPlaceholderData || list.isPending}
      >
        <header>
          <p role="status">{list.data === undefined ? '' : countWords(groups.length, !list.hasNextPage)}</p>
          <ChoiceSelect
            label="Order"
            choices={ERROR_SORTS}
            value={filters.sort}
            onChoose={(sort) => {
              setAddress(withValue(address, 'sort', sort))
            }}
          />
        </header>
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Waits lines={12} /> : null}
        {states !== null && groups.length === 0 ? <Nothing filters={filters} states={states} /> : null}
        {groups.length === 0 ? null : (
          <ErrorGroupList
            groups={groups}
            hrefOf={(id) => `/errors?${withValue(address, 'group', String(id)).toString()}`}
          />
        )}
        {list.data === undefined ? null : <MoreRows list={list} shown={groups.length} />}
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
    <Segments
      legend="Period"
      choices={ERROR_PERIODS}
      chosen={ERROR_PERIODS.find(({ words }) => words === periodWords(days))}
      onChoose={({ value }) => {
        onChange(value)
      }}
    />
  )
}
