import { useState, type ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'
import type { ChartLine, ChartUnit } from './chart-lines.ts'
import { useChartView } from './chart-view.tsx'
import { Legend } from './legend.tsx'
import { Plot, type Drawing } from './plot.tsx'
import { SeriesTable } from './series-table.tsx'

/** What every chart over time is given. */
export interface SeriesProps {
  /** What is shown, for who hears it and over its table. */
  readonly title: string
  /** Where each bucket begins, epoch milliseconds. */
  readonly starts: readonly number[]
  readonly bucket: TimeBucket
  /** Somebody chose a bucket or marked several, epoch milliseconds. */
  readonly onSelect?: (from_ms: number, until_ms: number) => void
}

interface ChartFrameProps extends SeriesProps {
  readonly unit: ChartUnit
  /** What the table tells of. */
  readonly lines: readonly ChartLine[]
  /** What the legend tells of; empty for none. */
  readonly explained: readonly ChartLine[]
  readonly form: 'line' | 'area'
  /** Whether the sum of each row of the table makes sense. */
  readonly with_sum?: boolean
  /** How those are drawn that were not switched off. */
  readonly drawing: (hidden: ReadonlySet<string>) => Drawing
}

/**
 * A legend, a plot and the table that stands for them. The switch to the table is that of the `ChartPanel` around it;
 * without one it has its own.
 */
export function ChartFrame({
  title,
  starts,
  bucket,
  unit,
  lines,
  explained,
  form,
  with_sum = false,
  drawing,
  onSelect,
}: ChartFrameProps): ReactNode {
  const { as_table, own_switch } = useChartView()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  if (as_table) {
    return (
      <>
        {own_switch}
        <SeriesTable
          title={title}
          starts={starts}
          bucket={bucket}
          lines={lines}
          unit={unit}
          with_sum={with_sum}
        />
      </>
    )
  }
  return (
    <figure className="chart">
      <div className="chart-head">
        {explained.length === 0 ? null : (
          <Legend lines={explained} form={form} hidden={hidden} onChange={setHidden} />
        )}
        {own_switch}
      </div>
      <Plot
        title={title}
        starts={starts}
        bucket={bucket}
        unit={unit}
        drawing={drawing(hidden)}
        onSelect={onSelect}
      />
    </figure>
  )
}
