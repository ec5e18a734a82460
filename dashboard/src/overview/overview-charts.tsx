import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Series } from '../../../src/api/syncs/series.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { StackedBars, type StackedBarsProps } from '../charts/stacked-bars.tsx'
import { TimeChart } from '../charts/time-chart.tsx'
import { seriesQuery } from '../data/queries.ts'
import { Asked } from '../parts/panel.tsx'
import type { Period } from './period.ts'
import {
  callLines,
  COST_LINES,
  DURATION_LINES,
  ITEM_LINES,
  linesOf,
  REFUSAL_LINES,
  startsOf,
  WAIT_LINES,
} from './series-lines.ts'
import { SyncsOverTime } from './syncs-over-time.tsx'
import { useSyncsOf } from './use-syncs-of.ts'

/** As high as a chart, so that nothing moves when it is there. */
const CHART_LINES = 8

const WORK = ['api_calls', 'api_failures', ...ITEM_LINES.map(({ metric }) => metric)]
const COSTS = [...REFUSAL_LINES, ...WAIT_LINES, ...COST_LINES].map(({ metric }) => metric)

interface Bars extends Pick<StackedBarsProps, 'noun' | 'unit'> {
  /** Default: that of the work. */
  readonly query?: UseQueryResult<Series>
  readonly name: string
  readonly partsOf: (series: Series) => StackedBarsProps['parts']
  readonly aside?: ReactNode
}

/** What happened over the period, as charts. A marked piece of any of them leads to its syncs. */
export function OverviewCharts({ period }: { readonly period: Period }): ReactNode {
  const { bucket, since } = period
  const showSyncs = useSyncsOf()
  const durations = useQuery(
    seriesQuery({ metric: DURATION_LINES.map(({ metric }) => metric).join(','), bucket, since }),
  )
  const work = useQuery(seriesQuery({ metric: WORK.join(','), bucket, since }))
  const costs = useQuery(seriesQuery({ metric: COSTS.join(','), bucket, since }))
  const bars = ({ query = work, name, noun, unit, partsOf, aside }: Bars): ReactNode => {
    const title = `${name} by ${bucket}`
    return (
      <ChartPanel
        title={title}
        aside={aside}
        chart={
          <Asked query={query} lines={CHART_LINES}>
            {(series) => (
              <StackedBars
                title={title}
                noun={noun}
                {...(unit === undefined ? {} : { unit })}
                starts={startsOf(series)}
                bucket={series.bucket}
                parts={partsOf(series)}
                onSelect={showSyncs}
              />
            )}
          </Asked>
        }
      />
    )
  }
  const duration_title = `Duration by ${bucket}`
  return (
    <>
      <SyncsOverTime period={period} />
      <div className="columns overview-charts">
        <ChartPanel
          title={duration_title}
          chart={
            <Asked query={durations} lines={CHART_LINES}>
              {(series) => (
                <TimeChart
                  title={duration_title}
                  starts={startsOf(series)}
                  bucket={series.bucket}
                  lines={linesOf(series, DURATION_LINES)}
                  unit="seconds"
                  onSelect={showSyncs}
                />
              )}
            </Asked>
          }
        />
        {bars({ name: 'Items read', noun: 'items', partsOf: (series) => linesOf(series, ITEM_LINES) })}
        {bars({ name: 'Calls to Canvas', noun: 'calls', partsOf: callLines })}
        {bars({
          query: costs,
          name: 'Cost of the calls',
          noun: 'units',
          partsOf: (series) => linesOf(series, COST_LINES),
          aside: <Link href="/performance">Cost by endpoint</Link>,
        })}
        {bars({
          query: costs,
          name: 'Throttled calls',
          noun: 'calls',
          partsOf: (series) => linesOf(series, REFUSAL_LINES),
        })}
        {bars({
          query: costs,
          name: 'Waits for the throttle',
          noun: 'waited',
          unit: 'seconds',
          partsOf: (series) => linesOf(series, WAIT_LINES),
        })}
      </div>
    </>
  )
}
