import { useMemo, useRef, useState, type ReactNode } from 'react'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { useAddress } from '../parts/address.ts'
import { ChoiceSelect } from '../parts/choice-select.tsx'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { countText } from '../parts/number-text.ts'
import { CalendarPanel } from '../users/calendar.tsx'
import { ExportMenu } from './export-menu.tsx'
import { FilterBar } from './filter-bar.tsx'
import type { SeenValues } from './filter-tokens.ts'
import { filtersOf, SORTS, usedFilters, withFilter } from './sync-filters.ts'
import { SyncTable } from './sync-table.tsx'
import { useSyncList } from './use-sync-list.ts'
import { ViewsMenu } from './views-menu.tsx'

/** Syncs by what they are. Every filter stands in the address, so that a copied link shows the same. */
export function SyncsPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const wanted = JSON.stringify(filtersOf(address))
  const filters = useMemo(() => JSON.parse(wanted) as ReturnType<typeof filtersOf>, [wanted])
  const [calendar, setCalendar] = useState(false)
  const user_id = address.get('user_id')
  const place = useRef<HTMLElement>(null)
  const { list, syncs, fresh, showFresh } = useSyncList(filters, readsRows)
  const known = list.data !== undefined && !list.hasNextPage
  const seen = useMemo(() => seenIn(syncs), [syncs])
  const search = new URLSearchParams(JSON.parse(wanted) as Record<string, string>).toString()
  return (
    <>
      <header className="page-head syncs-head">
        <h1>Syncs</h1>
        <div className="actions">
          <button
            type="button"
            aria-expanded={calendar}
            onClick={() => {
              setCalendar(!calendar)
            }}
          >
            {calendar ? 'Hide the calendar' : 'Calendar'}
          </button>
          <ViewsMenu search={search} />
        </div>
      </header>
      {calendar ? <CalendarPanel {...(user_id === null ? {} : { user_id })} /> : null}
      <FilterBar address={address} seen={seen} onChange={setAddress} />
      <section className="panel sync-panel" aria-label="Syncs" ref={place}>
        <header>
          <p role="status">{list.data === undefined ? '' : countWords(syncs.length, known)}</p>
          <div className="actions">
            <ChoiceSelect
              label="Order"
              choices={SORTS}
              value={address.get('sort') ?? ''}
              onChoose={(sort) => {
                setAddress(withFilter(address, 'sort', sort))
              }}
            />
            <ExportMenu filters={filters} count={known ? syncs.length : null} />
          </div>
        </header>
        <div className="fresh" role="status">
          {fresh === 0 ? null : (
            <button
              type="button"
              className="primary"
              onClick={() => {
                showFresh()
                place.current?.scrollIntoView({ block: 'start' })
              }}
            >
              <span aria-hidden="true">↑</span> {freshWords(fresh)}
            </button>
          )}
        </div>
        {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending ? <Waits /> : null}
        {known && syncs.length === 0 ? <Nothing filtered={usedFilters(address).length > 0} /> : null}
        {syncs.length === 0 ? null : <SyncTable syncs={syncs} search={search} sort={address.get('sort')} />}
        {list.data === undefined ? null : <MoreRows list={list} shown={syncs.length} />}
      </section>
    </>
  )
}

/** Whether somebody is at the rows, which may then not move: below the first ones, or with the focus or the pointer. */
const readsRows = (): boolean =>
  window.scrollY > 120 || document.querySelector('.sync-list tbody:is(:hover, :focus-within)') !== null

const freshWords = (fresh: number): string => (fresh === 1 ? '1 new sync' : `${countText(fresh)} new syncs`)

/** What the fields can suggest. */
function seenIn(syncs: readonly SyncRecord[]): SeenValues {
  const values = (of: (sync: SyncRecord) => string | number | null): string[] => {
    const found = new Set<string>()
    for (const sync of syncs) {
      const value = of(sync)
      if (value !== null && value !== '') found.add(String(value))
      if (found.size >= 50) break
    }
    return [...found]
  }
  return {
    user_id: values(({ user_id }) => user_id),
    type: values(({ sync_type }) => sync_type),
    course_id: values(({ target_course_id }) => target_course_id),
    host: values(({ host }) => host),
    trigger: values(({ trigger }) => trigger),
    source_id: values(({ source_id }) => source_id),
  }
}

function Nothing({ filtered }: { readonly filtered: boolean }): ReactNode {
  if (filtered) return <p className="empty">No sync is like that. Remove a filter to see more.</p>
  return (
    <p className="empty">
      No sync has run yet. Start one with <code>canvas-sync-monitor sync</code>, or see how it looks with{' '}
      <code>canvas-sync-monitor demo</code>.
    </p>
  )
}

/** The room of a page of rows. */
function Waits(): ReactNode {
  return (
    <div className="waits sync-waits" role="status" aria-label="Loading">
      {Array.from({ length: 12 }, (_, row) => (
        <span key={row} className="skeleton" />
      ))}
    </div>
  )
}
