import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { dateText } from '../parts/date-text.ts'
import { Asked } from '../parts/panel.tsx'
import { useZone } from '../parts/time-zone.ts'
import { calendarGrid, type CalendarGrid } from './calendar-grid.ts'
import { CalendarHeatMap } from './calendar-heat-map.tsx'
import { CalendarTable } from './calendar-table.tsx'
import { calendarQuery } from './users-queries.ts'

interface CalendarPanelProps {
  /** Only syncs of this user; those of all whom the visitor may see when it is not given. */
  readonly user_id?: string
}

/** The syncs of 52 weeks, day by day of the chosen zone. Each day leads to the list of its syncs. */
export function CalendarPanel({ user_id }: CalendarPanelProps): ReactNode {
  return (
    <ChartPanel
      title="Syncs by day, last 52 weeks"
      chart={
        <CalendarBody user_id={user_id}>
          {(grid) => <CalendarHeatMap grid={grid} user_id={user_id} />}
        </CalendarBody>
      }
      table={
        <CalendarBody user_id={user_id}>
          {(grid) => <CalendarTable grid={grid} user_id={user_id} />}
        </CalendarBody>
      }
    />
  )
}

interface CalendarBodyProps {
  readonly user_id: string | undefined
  readonly children: (grid: CalendarGrid) => ReactNode
}

function CalendarBody({ user_id, children }: CalendarBodyProps): ReactNode {
  const zone = useZone()
  const query = useQuery(calendarQuery(zone, user_id))
  return (
    <div className="calendar">
      <Asked query={query}>
        {(calendar) => (
          <>
            {children(calendarGrid(calendar))}
            <p className="hint">
              Days of {zone}.{calendar.counted_from === null ? null : ` ${gap(calendar.counted_from, zone)}`}
            </p>
          </>
        )}
      </Asked>
    </div>
  )
}

const gap = (counted_from: string, zone: string): string =>
  `Days before ${dateText(Date.parse(counted_from), zone, 'day')} are not counted: their syncs were deleted, or are too many.`
