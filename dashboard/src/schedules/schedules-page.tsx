import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ScheduleList } from '../../../src/schedules/schedule-records.ts'
import { withValue } from '../parts/address-values.ts'
import { useAddress } from '../parts/address.ts'
import { countText } from '../parts/number-text.ts'
import { AlertTabs } from '../parts/page-tabs.tsx'
import { Asked } from '../parts/panel.tsx'
import { SearchForm } from '../parts/search-form.tsx'
import { StateSwitch } from '../parts/state-switch.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import {
  openedSchedule,
  SCHEDULE_CHOICES,
  scheduleFiltersOf,
  withWords,
  type ScheduleFilters,
} from './schedule-filters.ts'
import { schedulesQuery } from './schedule-queries.ts'
import { ScheduleRows } from './schedule-rows.tsx'

/** When syncs are expected, and what became of it. Filters and the opened one stand in the address. */
export function SchedulesPage(): ReactNode {
  const [address, setAddress] = useAddress()
  const filters = scheduleFiltersOf(address)
  const list = useQuery(schedulesQuery())
  const opened = openedSchedule(address)
  const change = (name: string, value: string): void => {
    setAddress(withValue(address, name, value))
  }
  return (
    <>
      <header className="page-head">
        <h1>Schedules</h1>
        <p className="hint">
          When syncs are expected. What does not start within its margin is missed, and opens an incident.
        </p>
        <AlertTabs />
      </header>
      <ScheduleFilterBar filters={filters} list={list.data} onChange={change} />
      <section className="panel list-panel" aria-label="Schedules" aria-busy={list.isPending}>
        <Asked query={list} lines={12}>
          {(known) => (
            <Shown
              list={known}
              filters={filters}
              hrefOf={(slug) => `/schedules?${withValue(address, 'schedule', slug).toString()}`}
            />
          )}
        </Asked>
      </section>
      {opened === null ? null : (
        <ScheduleDialog
          key={opened}
          slug={opened}
          onClose={() => {
            change('schedule', '')
          }}
        />
      )}
    </>
  )
}

interface ShownProps {
  readonly list: ScheduleList
  readonly filters: ScheduleFilters
  readonly hrefOf: (slug: string) => string
}

function Shown({ list, filters: { choice, search }, hrefOf }: ShownProps): ReactNode {
  const shown = withWords(list.schedules, search).filter(choice.holds)
  return (
    <>
      <header>
        <p role="status">{countText(shown.length)} shown</p>
      </header>
      {shown.length > 0 ? (
        <ScheduleRows schedules={shown} due_runs={list.due_runs} hrefOf={hrefOf} />
      ) : (
        <p className="empty">
          {list.count === 0 ? (
            <>
              No schedule yet. Name them as <code>schedules</code> in the configuration file, or let a job
              declare its own with its first ping. Try an expression with{' '}
              <code>canvas-sync-monitor schedules preview &quot;0 2 * * *&quot;</code>.
            </>
          ) : search === '' ? (
            choice.none
          ) : (
            'No schedule is like that. Remove a filter to see more.'
          )}
        </p>
      )}
    </>
  )
}

interface ScheduleFilterBarProps {
  readonly filters: ScheduleFilters
  readonly list: ScheduleList | undefined
  readonly onChange: (name: string, value: string) => void
}

function ScheduleFilterBar({ filters, list, onChange }: ScheduleFilterBarProps): ReactNode {
  return (
    <section className="filter-bar" aria-label="Filters">
      <SearchForm
        label="Name, type or user"
        value={filters.search}
        placeholder="Find schedules: name, type or user"
        longest={100}
        onSearch={(text) => {
          onChange('search', text)
        }}
      />
      <div className="chips">
        <StateSwitch
          choices={SCHEDULE_CHOICES}
          chosen={filters.choice}
          countOf={(choice) => list?.schedules.filter(choice.holds).length ?? null}
          onChoose={(state) => {
            onChange('state', state)
          }}
        />
      </div>
    </section>
  )
}
