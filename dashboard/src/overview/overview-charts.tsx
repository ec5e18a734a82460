import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Series } from '../../../src/api/syncs/series.ts'
import { ChartPanel } from '../charts/chart-panel.tsx'
import type { ChartLine } from '../charts/chart-lines.ts'
import { StackedBars } from '../charts/stacked-bars.tsx'
import { TimeChart } from '../charts/time-chart.tsx'
import { seriesQuery } from '../data/queries.ts'
import { Asked } from '../parts/panel.tsx'
import type { Period } from './period.ts'
import { callLines, DURATION_LINES, ITEM_LINES, linesOf, REFUSAL_LINES, startsOf } from './series-lines.ts'
import { SyncsOverTime } from './syncs-over-time.tsx'
import { useSyncsOf } from './use-syncs-of.ts'

/** As high as a chart, so that nothing moves when it is there. */
const CHART_LINES = 8

const WORK = ['api_calls', 'api_failures', 'rate_limit_hits', ...ITEM_LINES.map(({ metric }) => metric)]

/** What happened over the period, as charts. A marked piece of any of them leads to its syncs. */
export function OverviewCharts({ period }: { readonly period: Period }): ReactNode {
  const { bucket, since } = period
  const showSyncs = useSyncsOf()
  const durations = useQuery(
    seriesQuery({ metric: DURATION_LINES.map(({ metric }) => metric).join(','), bucket, since }),
  )
  const work = useQuery(seriesQuery({ metric: WORK.join(','), bucket, since }))
  const bars = (
    name: string,
    noun: string,
    partsOf: (series: Series) => readonly ChartLine[],
    aside?: ReactNode,
  ): ReactNode => {
    const title = `${name} by ${bucket}`
    return (
      <ChartPanel
        title={title}
        aside={aside}
        chart={
          <Asked query={work} lines={CHART_LINES}>
            {(series) => (
              <StackedBars
                title={title}
                noun={noun}
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
        {bars('Items read', 'items', (series) => linesOf(series, ITEM_LINES))}
        {bars('Calls to Canvas', 'calls', callLines)}
        {bars(
          'Throttled calls',
          'calls',
          (series) => linesOf(series, REFUSAL_LINES),
          <Link href="/performance">Cost by endpoint</Link>,
        )}
      </div>
    </>
  )
}
