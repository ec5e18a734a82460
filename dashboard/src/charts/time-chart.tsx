import type { ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'

/** What a value is of, so that it is written with its unit everywhere. */
export type ChartUnit = 'count' | 'seconds' | 'milliseconds' | 'bytes' | 'percent'

export interface ChartLine {
  readonly name: string
  /** One for each start; null where nothing can be said. */
  readonly values: readonly (number | null)[]
  /** A variable of `style/colours.css` without the dashes; by default one that no other line has. */
  readonly colour?: string
}

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

/** Lines over time, with their values under the pointer, a legend, and a table that stands for them. */
export function TimeChart({ title }: TimeChartProps): ReactNode {
  return <p>{title}</p>
}
