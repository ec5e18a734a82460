import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ChartPanel } from '../charts/chart-panel.tsx'
import { StackedBars } from '../charts/stacked-bars.tsx'
import { seriesQuery } from '../data/queries.ts'
import { Asked } from '../parts/panel.tsx'
import type { Period } from './period.ts'
import { linesOf, startsOf, STATUS_LINES } from './series-lines.ts'
import { useSyncsOf } from './use-syncs-of.ts'

export function SyncsOverTime({ period }: { readonly period: Period }): ReactNode {
  const { bucket, since, words } = period
  const query = useQuery(
    seriesQuery({ metric: STATUS_LINES.map(({ metric }) => metric).join(','), bucket, since }),
  )
  const title = `Syncs by ${bucket}, last ${words}`
  const showSyncs = useSyncsOf()
  return (
    <ChartPanel
      title={title}
      chart={
        <Asked query={query} lines={8}>
          {(series) => (
            <StackedBars
              title={title}
              noun="syncs"
              starts={startsOf(series)}
              bucket={series.bucket}
              parts={linesOf(series, STATUS_LINES)}
              onSelect={showSyncs}
            />
          )}
        </Asked>
      }
    />
  )
}
