import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { DayCounts } from '../../../src/store/sync-calendar.ts'
import { countText } from '../parts/number-text.ts'
import { dayAddress, dayText, type CalendarGrid } from './calendar-grid.ts'

const COLUMNS: readonly (readonly [keyof DayCounts, string])[] = [
  ['syncs', 'All'],
  ['completed', 'Completed'],
  ['partial', 'Partial'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['in_progress', 'Running'],
]

interface CalendarTableProps {
  readonly grid: CalendarGrid
  readonly user_id: string | undefined
}

/** Every number of the calendar; the newest day first. Days on which nothing was are left out. */
export function CalendarTable({ grid, user_id }: CalendarTableProps): ReactNode {
  const filled = grid.weeks.flat().filter((cell) => cell !== null && cell.day.syncs > 0)
  if (filled.length === 0) return <p className="empty">There were no syncs in these weeks.</p>
  return (
    <div className="wide tall" role="group" aria-label="Table of days" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {COLUMNS.map(([name, words]) => (
              <th key={name} scope="col" className="numeric">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.toReversed().map((cell) =>
            cell === null ? null : (
              <tr key={cell.day.date}>
                <th scope="row">
                  <Link href={dayAddress(cell, user_id)}>{dayText(cell.day)}</Link>
                </th>
                {COLUMNS.map(([name]) => (
                  <td key={name} className="numeric">
                    {countText(cell.day[name])}
                  </td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  )
}
