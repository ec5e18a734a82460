import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Series } from '../../../src/api/syncs/series.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { TimeChart, type ChartLine, type ChartUnit } from '../charts/time-chart.tsx'
import { Asked } from '../parts/panel.tsx'
import { perSync, startsOf, valuesOf } from './daily-figures.ts'

/** By day: how long syncs took, and the calls and the database in them. */
export function OverTime({ query }: { readonly query: UseQueryResult<Series> }): ReactNode {
  return (
    <>
      <DailyChart
        title="How long completed syncs took"
        unit="seconds"
        has_legend
        query={query}
        lines={(series) => [
          { name: 'Median', values: valuesOf(series, 'duration_p50_seconds') },
          { name: '95 % took less', values: valuesOf(series, 'duration_p95_seconds') },
          { name: '99 % took less', values: valuesOf(series, 'duration_p99_seconds') },
        ]}
      />
      <div className="columns">
        <DailyChart
          title="A call to Canvas, on average"
          unit="milliseconds"
          query={query}
          lines={(series) => [{ name: 'Average', values: valuesOf(series, 'api_call_avg_ms') }]}
        />
        <DailyChart
          title="Time in the database, per sync"
          unit="milliseconds"
          query={query}
          lines={(series) => [{ name: 'Average', values: perSync(series, 'db_duration_ms') }]}
        />
      </div>
    </>
  )
}

interface DailyChartProps {
  readonly title: string
  readonly unit: ChartUnit
  readonly query: UseQueryResult<Series>
  /** There is more than one line: their names take room, too. */
  readonly has_legend?: boolean
  readonly lines: (series: Series) => readonly ChartLine[]
}

function DailyChart({ title, unit, query, has_legend = false, lines }: DailyChartProps): ReactNode {
  const chart = (
    <div className={has_legend ? 'chart-room with-legend' : 'chart-room'}>
      <Asked query={query}>
        {(series) => {
          const drawn = lines(series)
          const known = drawn.some(({ values }) => values.some((value) => value !== null && value > 0))
          if (!known) return <p className="empty">Nothing of this was recorded in the period.</p>
          return (
            <TimeChart
              title={`${title}, by day`}
              starts={startsOf(series)}
              bucket={series.bucket}
              lines={drawn}
              unit={unit}
            />
          )
        }}
      </Asked>
    </div>
  )
  return <ChartPanel title={title} chart={chart} />
}
