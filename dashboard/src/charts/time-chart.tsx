import { useState, type ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'
import { inkOf, unitText, type ChartLine, type ChartUnit } from './chart-lines.ts'
import { useChartView } from './chart-view.tsx'
import { dashOf, Legend } from './legend.tsx'
import type { Reading } from './plot-cursor.tsx'
import { dotPath, linePath, type PlotPlace } from './plot-place.ts'
import { Plot } from './plot.tsx'
import { SeriesTable } from './series-table.tsx'

export type { ChartLine, ChartUnit } from './chart-lines.ts'

export interface TimeChartProps {
  /** What is shown, for who hears it and over its table. */
  readonly title: string
  /** Where each bucket begins, epoch milliseconds. */
  readonly starts: readonly number[]
  readonly bucket: TimeBucket
  readonly lines: readonly ChartLine[]
  readonly unit: ChartUnit
  /** Somebody marked a piece of the time, epoch milliseconds. */
  readonly onSelect?: (from_ms: number, until_ms: number) => void
}

/**
 * Lines over time, with their values under the pointer, a legend, and a table that stands for them. The switch to the
 * table is that of the `ChartPanel` around it; without one it has its own.
 */
export function TimeChart({ title, starts, bucket, lines, unit, onSelect }: TimeChartProps): ReactNode {
  const { as_table, own_switch } = useChartView()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  if (as_table) {
    return (
      <>
        {own_switch}
        <SeriesTable title={title} starts={starts} bucket={bucket} lines={lines} unit={unit} />
      </>
    )
  }
  const drawn = lines.flatMap((line, index) =>
    hidden.has(line.name) ? [] : [{ ...line, ink: inkOf(line, index), dash: dashOf(index) }],
  )
  const highest = Math.max(0, ...drawn.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const readings = (at: number): Reading[] =>
    drawn.map(({ name, values, ink, dash }) => {
      const value = values[at] ?? null
      return { name, text: unitText(value, unit), ink, dash, value }
    })
  const draw = (place: PlotPlace, ends: readonly number[]): ReactNode =>
    drawn.map(({ name, values, ink, dash }) => {
      const points = starts.map((start, index) => {
        const value = values[index] ?? null
        // In the middle of its bucket, as bars are.
        return value === null
          ? null
          : { x: (place.x(start) + place.x(ends[index] ?? start)) / 2, y: place.y(value) }
      })
      return (
        <g key={name} className="plot-path" stroke={ink}>
          <path d={linePath(points)} strokeDasharray={dash} />
          <path className="plot-dots" d={dotPath(points)} />
        </g>
      )
    })
  return (
    <figure className="chart">
      <div className="chart-head">
        {lines.length > 1 ? <Legend lines={lines} form="line" hidden={hidden} onChange={setHidden} /> : null}
        {own_switch}
      </div>
      <Plot
        title={title}
        summary={summaryOf(title, lines, unit)}
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

function summaryOf(title: string, lines: readonly ChartLine[], unit: ChartUnit): string {
  const words = lines.map(({ name, values }) => {
    const known = values.filter((value) => value !== null)
    if (known.length === 0) return `${name}: nothing known`
    const [lowest, highest] = [Math.min(...known), Math.max(...known)]
    return `${name}: ${unitText(lowest, unit)} to ${unitText(highest, unit)}`
  })
  return `${title}. ${words.join('; ')}.`
}
