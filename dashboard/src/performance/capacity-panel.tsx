import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Capacity } from '../../../src/api/performance/capacity.ts'
import type { Series } from '../../../src/api/syncs/series.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { TimeChart } from '../charts/time-chart.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked } from '../parts/panel.tsx'
import { wholeDays } from './daily-figures.ts'
import type { PerformancePeriod } from './performance-period.ts'
import { capacityQuery } from './performance-queries.ts'
import { FEWEST_DAYS, nextSize, oneADay, trendOf, type Measured, type Trend } from './projection.ts'
import { paceText, projectionText } from './projection-text.ts'
import { allLogs, measured, sizeSeries } from './size-series.ts'

interface CapacityPanelProps {
  readonly period: PerformancePeriod
  readonly daily: UseQueryResult<Series>
}

/** How much there is, and when it will be too much. */
export function CapacityPanel({ period, daily }: CapacityPanelProps): ReactNode {
  const query = useQuery(capacityQuery(period.days))
  const chart = (
    <div className="chart-room">
      <Asked query={query}>
        {(capacity) => (
          <>
            <Projections capacity={capacity} daily={daily.data} now_ms={query.dataUpdatedAt} />
            <Sizes capacity={capacity} />
          </>
        )}
      </Asked>
    </div>
  )
  return <ChartPanel title="Capacity" chart={chart} />
}

function Sizes({ capacity }: { readonly capacity: Capacity }): ReactNode {
  const { starts, bucket, database, logs, archives } = sizeSeries(capacity)
  if (starts.length < 2) {
    return (
      <p className="empty">Sizes are measured every hour while the server runs: this is the first one.</p>
    )
  }
  return (
    <TimeChart
      title="Sizes of the database and the logs"
      starts={starts}
      bucket={bucket}
      unit="bytes"
      lines={[
        { name: 'Database', values: database },
        { name: 'Logs', values: logs },
        { name: 'Log archives', values: archives },
      ]}
    />
  )
}

interface ProjectionsProps {
  readonly capacity: Capacity
  readonly daily: Series | undefined
  readonly now_ms: number
}

function Projections({ capacity, daily, now_ms }: ProjectionsProps): ReactNode {
  const { disk_free_bytes, sizes } = capacity
  const last = sizes.at(-1)
  const rows = daily === undefined ? [] : wholeDays(daily, 'syncs', now_ms)
  const calls = daily === undefined ? [] : wholeDays(daily, 'api_calls', now_ms)
  return (
    <dl className="projections">
      <Projection
        what="Database"
        now={last === undefined ? '–' : spokenBytes(last.database_bytes)}
        days={oneADay(measured(capacity, ({ database_bytes }) => database_bytes))}
        words={(trend) => {
          const limit = nextSize(trend.now)
          const reaches = `reaches ${spokenBytes(limit)}`
          return projectionText(trend, { what: 'The database', reaches, limit, text: spokenBytes })
        }}
      />
      <Projection
        what="Logs and archives"
        now={last === undefined ? '–' : spokenBytes(allLogs(last) ?? 0)}
        days={oneADay(measured(capacity, allLogs))}
        words={(trend) => {
          const reaches = 'fills the disk'
          const limit = trend.now + (disk_free_bytes ?? 0)
          const words = projectionText(trend, {
            what: 'The log folder',
            reaches,
            limit,
            text: spokenBytes,
          })
          return disk_free_bytes === null ? words : `${words} ${spokenBytes(disk_free_bytes)} are free.`
        }}
      />
      <Projection
        what="Syncs in the database"
        now={last === undefined ? '–' : `about ${countText(last.sync_rows)}`}
        days={rows}
        words={(trend) => paceText(trend, 'syncs', countText)}
      />
      <Projection
        what="Calls to Canvas"
        now={calls.length === 0 ? '–' : `${countText(calls.at(-1)?.value ?? 0)} yesterday`}
        days={calls}
        words={(trend) => paceText(trend, 'calls', countText)}
      />
    </dl>
  )
}

interface ProjectionProps {
  readonly what: string
  readonly now: string
  readonly days: readonly Measured[]
  readonly words: (trend: Trend) => string
}

function Projection({ what, now, days, words }: ProjectionProps): ReactNode {
  const trend = trendOf(days)
  return (
    <div>
      <dt>{what}</dt>
      <dd>
        <span className="projection-now">{now}</span>
        <span className="hint">
          {trend === null
            ? `Too little is known to say where it goes: ${days.length} of at least ${FEWEST_DAYS} days.`
            : words(trend)}
        </span>
      </dd>
    </div>
  )
}
