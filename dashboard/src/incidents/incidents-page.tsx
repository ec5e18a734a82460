import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useId, useMemo, type ReactNode } from 'react'
import type { IncidentRecord } from '../../../src/core/incident-record.ts'
import type { IncidentState } from '../../../src/core/incident.ts'
import { useAddress } from '../parts/address.ts'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { countText } from '../parts/number-text.ts'
import { AlertTabs } from '../parts/page-tabs.tsx'
import { usePageTitle } from '../parts/page-title.ts'
import { Waits } from '../parts/panel.tsx'
import { IncidentFilterBar } from './incident-filter-bar.tsx'
import {
  bySeverity,
  incidentFiltersOf,
  isNarrowed,
  queryOf,
  type IncidentFilters,
  type IncidentGroup,
} from './incident-filters.ts'
import { IncidentList } from './incident-list.tsx'
import { incidentPagesQuery } from './incident-queries.ts'

/** What is wrong now and what was. Filters stand in the address. */
export function IncidentsPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const filters = useMemo(() => incidentFiltersOf(address), [address])
  // What was there stays, dimmed, until the next is there: nothing jumps.
  const list = useInfiniteQuery({
    ...incidentPagesQuery(queryOf(filters)),
    placeholderData: keepPreviousData,
  })
  const pages = list.data?.pages ?? []
  const incidents = pages.flatMap((page) => page.incidents)
  const states = pages[0]?.states ?? null
  usePageTitle(titleOf(states))
  return (
    <>
      <header className="page-head">
        <h1>Incidents</h1>
        <p className="hint">
          What goes wrong for the same reason is one incident, however many syncs it touches.
        </p>
        <AlertTabs />
      </header>
      <IncidentFilterBar address={address} filters={filters} states={states} onChange={setAddress} />
      <section
        className="panel list-panel"
        aria-label="Incidents"
        aria-busy={list.isPlaceholderData || list.isPending}
      >
        <header>
          <p role="status">
            {list.data === undefined ? '' : countWords(incidents.length, !list.hasNextPage)}
          </p>
        </header>
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Waits lines={12} /> : null}
        {states !== null && incidents.length === 0 ? <Nothing filters={filters} states={states} /> : null}
        {bySeverity(incidents).map((group) => (
          <Group key={group.name} group={group} />
        ))}
        {list.data === undefined ? null : <MoreRows list={list} shown={incidents.length} />}
      </section>
    </>
  )
}

type States = Readonly<Record<IncidentState, number>>

/** How many nobody looks after is seen in the tab, too. */
const titleOf = (states: States | null): string =>
  states === null || states.open === 0 ? 'Incidents' : `${countText(states.open)} open · Incidents`

function Group({ group: { name, incidents } }: { readonly group: IncidentGroup<IncidentRecord> }): ReactNode {
  const heading = useId()
  return (
    <section aria-labelledby={heading} className="alert-group">
      <h2 id={heading}>{name}</h2>
      <IncidentList incidents={incidents} />
    </section>
  )
}

interface NothingProps {
  readonly filters: IncidentFilters
  readonly states: States
}

function Nothing({ filters, states }: NothingProps): ReactNode {
  if (isNarrowed(filters)) {
    return <p className="empty">No incident is like that. Remove a filter to see more.</p>
  }
  const ever = Object.values(states).some((count) => count > 0)
  if (ever || filters.state.value !== '') return <p className="empty">{filters.state.none}</p>
  return (
    <p className="empty">
      Nothing is wrong. What opens an incident says <code>canvas-sync-monitor incidents rules</code>.
    </p>
  )
}
