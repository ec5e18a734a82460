import { useState, type ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'
import { inkOf, unitText, type ChartLine, type ChartUnit } from './chart-lines.ts'
import { useChartView } from './chart-view.tsx'
import { Legend } from './legend.tsx'
import type { Reading } from './plot-cursor.tsx'
import { barPath, type PlotPlace } from './plot-place.ts'
import { Plot } from './plot.tsx'
import { SeriesTable } from './series-table.tsx'

export interface StackedBarsProps {
  /** What is shown, for who hears it and over its table. */
  readonly title: string
  /** What is counted, of several: `syncs`; with a unit what is summed up: `waited`. */
  readonly noun: string
  /** Default: `count`. */
  readonly unit?: ChartUnit
  /** Where each bucket begins, epoch milliseconds. */
  readonly starts: readonly number[]
  readonly bucket: TimeBucket
  /** Counts or sums, from the bottom to the top. One that is 0 everywhere is not in the legend. */
  readonly parts: readonly ChartLine[]
  /** Somebody chose a bar or marked several, epoch milliseconds. */
  readonly onSelect?: (from_ms: number, until_ms: number) => void
}

/** Bars of counts on counts. Every number of it is in the table that stands for it. */
export function StackedBars({
  title,
  noun,
  unit = 'count',
  starts,
  bucket,
  parts,
  onSelect,
}: StackedBarsProps): ReactNode {
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
          lines={parts}
          unit={unit}
          with_sum={parts.length > 1}
        />
      </>
    )
  }
  const coloured = parts.map((part, index) => ({ ...part, colour: part.colour ?? `ink-${index + 1}` }))
  const used = coloured.filter(({ values }) => values.some((value) => (value ?? 0) > 0))
  const drawn = used.filter(({ name }) => !hidden.has(name))
  const sums = starts.map((_, index) => drawn.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const highest = Math.max(0, ...sums)
  const readings = (at: number): Reading[] =>
    // As they stand: the highest first.
    drawn.toReversed().flatMap((part, index) => {
      const count = part.values[at] ?? 0
      return count === 0
        ? []
        : [{ name: part.name, text: unitText(count, unit), ink: inkOf(part, index), value: null }]
    })
  const draw = (place: PlotPlace, ends: readonly number[]): ReactNode => {
    const stood = starts.map(() => 0)
    return drawn.map((part, index) => {
      const bars = starts.flatMap((start, at) => {
        const low = stood[at] ?? 0
        const high = low + (part.values[at] ?? 0)
        stood[at] = high
        if (high === low) return []
        const [x0, x1] = [place.x(start), place.x(ends[at] ?? start)]
        return [{ x0, x1, low: place.y(low), high: place.y(high) }]
      })
      return <path key={part.name} d={barPath(bars)} fill={inkOf(part, index)} />
    })
  }
  const total = sums.reduce((sum, each) => sum + each, 0)
  return (
    <figure className="chart">
      <div className="chart-head">
        <Legend lines={used} form="area" hidden={hidden} onChange={setHidden} />
        {own_switch}
      </div>
      <Plot
        title={title}
        summary={`${title}: ${unitText(total, unit)} ${noun}, ${unitText(highest, unit)} at the most.`}
        starts={starts}
        bucket={bucket}
        unit={unit}
        highest={highest}
        draw={draw}
        readings={readings}
        onSelect={onSelect}
      />
    </figure>
  )
}
