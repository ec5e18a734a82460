import type { ReactNode } from 'react'
import { ChartFrame, type SeriesProps } from './chart-frame.tsx'
import { inkOf, unitText, type ChartLine, type ChartUnit } from './chart-lines.ts'
import type { Reading } from './plot-cursor.tsx'
import { barPath, type PlotPlace } from './plot-place.ts'
import type { Drawing } from './plot.tsx'

export interface StackedBarsProps extends SeriesProps {
  /** What is counted, of several: `syncs`; with a unit what is summed up: `waited`. */
  readonly noun: string
  /** Default: `count`. */
  readonly unit?: ChartUnit
  /** Counts or sums, from the bottom to the top. One that is 0 everywhere is not in the legend. */
  readonly parts: readonly ChartLine[]
}

/** Bars of counts on counts. Every number of it is in the table that stands for it. */
export function StackedBars({ noun, unit = 'count', parts, ...series }: StackedBarsProps): ReactNode {
  const coloured = parts.map((part, index) => ({ ...part, colour: part.colour ?? `ink-${index + 1}` }))
  const used = coloured.filter(({ values }) => values.some((value) => (value ?? 0) > 0))
  return (
    <ChartFrame
      {...series}
      unit={unit}
      lines={parts}
      explained={used}
      form="area"
      with_sum={parts.length > 1}
      drawing={(hidden) =>
        drawingOf({ ...series, noun, unit, parts: used.filter(({ name }) => !hidden.has(name)) })
      }
    />
  )
}

function drawingOf({ title, noun, unit = 'count', starts, parts }: StackedBarsProps): Drawing {
  const sums = starts.map((_, index) => parts.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const total = sums.reduce((sum, each) => sum + each, 0)
  const highest = Math.max(0, ...sums)
  const readings = (at: number): Reading[] =>
    // As they stand: the highest first.
    parts.toReversed().flatMap((part, index) => {
      const count = part.values[at] ?? 0
      return count === 0
        ? []
        : [{ name: part.name, text: unitText(count, unit), ink: inkOf(part, index), value: null }]
    })
  const draw = (place: PlotPlace, ends: readonly number[]): ReactNode => {
    const stood = starts.map(() => 0)
    return parts.map((part, index) => {
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
  return {
    summary: `${title}: ${unitText(total, unit)} ${noun}, ${unitText(highest, unit)} at the most.`,
    highest,
    readings,
    draw,
  }
}
