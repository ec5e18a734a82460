import { useLayoutEffect, useRef, type ReactNode } from 'react'
import { Link } from 'wouter'
import { countText } from '../parts/number-text.ts'
import { cellText, dayAddress, WEEKDAYS, type CalendarCell, type CalendarGrid } from './calendar-grid.ts'
import { Sign } from '../parts/sign.tsx'
import { useRoving } from './roving.ts'

/** Up and down go by days, left and right by weeks. */
const STEPS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 } as const
const MARKS = { failed: 'cross', partial: 'half' } as const

interface CalendarHeatMapProps {
  readonly grid: CalendarGrid
  readonly user_id: string | undefined
}

export function CalendarHeatMap({ grid, user_id }: CalendarHeatMapProps): ReactNode {
  const { weeks, months } = grid
  const cells = weeks.flat().filter((cell) => cell !== null)
  const places = new Map(cells.map((cell, index) => [cell, index]))
  const roving = useRoving(cells.length, STEPS)
  const window = useRef<HTMLDivElement>(null)
  // Where there is no room for a year, its end is what one wants to see.
  useLayoutEffect(() => {
    window.current?.scrollTo({ left: window.current.scrollWidth })
  }, [weeks.length])
  return (
    <>
      <div className="heat-window" ref={window}>
        <table className="heat-map">
          <caption className="visually-hidden">
            Days in columns of weeks. Arrow keys go from day to day, Enter opens the list of the day.
          </caption>
          <thead>
            <tr>
              <td />
              {months.map(({ words, width }, index) => (
                <th key={index} scope="colgroup" colSpan={width}>
                  <span className={width > 1 ? '' : 'visually-hidden'}>{words}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEKDAYS.map((weekday, row) => (
              <tr key={weekday}>
                <th scope="row">
                  <span className={row % 2 === 0 ? '' : 'visually-hidden'}>{weekday}</span>
                </th>
                {weeks.map((week, column) => {
                  const cell = week[row] ?? null
                  return (
                    <td key={cell?.day.date ?? column}>
                      {cell === null ? null : (
                        <Link
                          href={dayAddress(cell, user_id)}
                          className={classOf(cell)}
                          aria-label={cellText(cell)}
                          title={cellText(cell)}
                          {...roving(places.get(cell) ?? 0)}
                        >
                          {cell.trouble === null ? null : <Sign shape={MARKS[cell.trouble]} />}
                        </Link>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <HeatMapLegend grid={grid} />
    </>
  )
}

function classOf({ level, trouble, uncounted }: CalendarCell): string {
  if (uncounted) return 'heat heat-uncounted'
  return `heat heat-${level}${trouble === null ? '' : ` heat-${trouble}`}`
}

function HeatMapLegend({ grid: { steps } }: { readonly grid: CalendarGrid }): ReactNode {
  return (
    <ul className="heat-legend" aria-label="What the colours mean">
      {steps.map((most, level) => (
        <li key={most}>
          <span className={`heat heat-${level}`} aria-hidden="true" />
          {level === 0 ? 'none' : rangeText((steps[level - 1] ?? 0) + 1, most)}
        </li>
      ))}
      <li>
        <span className="heat heat-2 heat-failed" aria-hidden="true">
          <Sign shape={MARKS.failed} />
        </span>
        something failed
      </li>
      <li>
        <span className="heat heat-2 heat-partial" aria-hidden="true">
          <Sign shape={MARKS.partial} />
        </span>
        something partial
      </li>
    </ul>
  )
}

function rangeText(least: number, most: number): string {
  const range = least === most ? countText(most) : `${countText(least)} to ${countText(most)}`
  return `${range} ${most === 1 ? 'sync' : 'syncs'}`
}
