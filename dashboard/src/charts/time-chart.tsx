import type { ReactNode } from 'react'
import { ChartFrame, type SeriesProps } from './chart-frame.tsx'
import { inkOf, unitText, type ChartLine, type ChartUnit } from './chart-lines.ts'
import { dashOf } from './legend.tsx'
import type { Reading } from './plot-cursor.tsx'
import { dotPath, linePath, type PlotPlace } from './plot-place.ts'
import type { Drawing } from './plot.tsx'

export type { ChartLine, ChartUnit } from './chart-lines.ts'

export interface TimeChartProps extends SeriesProps {
  readonly lines: readonly ChartLine[]
  readonly unit: ChartUnit
}

/** Lines over time, with their values under the pointer, a legend, and a table that stands for them. */
export function TimeChart(props: TimeChartProps): ReactNode {
  const { lines } = props
  return (
    <ChartFrame
      {...props}
      explained={lines.length > 1 ? lines : []}
      form="line"
      drawing={(hidden) => drawingOf(props, hidden)}
    />
  )
}

function drawingOf({ title, starts, lines, unit }: TimeChartProps, hidden: ReadonlySet<string>): Drawing {
  const drawn = lines.flatMap((line, index) =>
    hidden.has(line.name) ? [] : [{ ...line, ink: inkOf(line, index), dash: dashOf(index) }],
  )
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
  return {
    summary: summaryOf(title, lines, unit),
    highest: Math.max(0, ...drawn.flatMap(({ values }) => values.map((value) => value ?? 0))),
    readings,
    draw,
  }
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
