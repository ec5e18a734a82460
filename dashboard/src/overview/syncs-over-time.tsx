import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { seriesQuery } from '../data/queries.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import type { Period } from './period.ts'
import { SeriesTable } from './series-table.tsx'
import { stackSeries, STACKED } from './stacked-series.ts'
import { StackedBars } from './stacked-bars.tsx'

export function SyncsOverTime({ period }: { readonly period: Period }): ReactNode {
  const { bucket, since, words } = period
  const query = useQuery(
    seriesQuery({ metric: STACKED.map(({ metric }) => metric).join(','), bucket, since }),
  )
  const [as_table, setAsTable] = useState(false)
  const title = `Syncs by ${bucket}, last ${words}`
  const aside = (
    <button
      type="button"
      className="quiet"
      aria-pressed={as_table}
      onClick={() => {
        setAsTable(!as_table)
      }}
    >
      {as_table ? 'Show the chart' : 'Show as a table'}
    </button>
  )
  return (
    <Panel title={title} aside={aside}>
      <Asked query={query}>
        {(series) => {
          const stacked = stackSeries(series)
          return as_table ? (
            <SeriesTable stacked={stacked} caption={title} />
          ) : (
            <StackedBars stacked={stacked} title={title} />
          )
        }}
      </Asked>
    </Panel>
  )
}
