import type { ReactNode } from 'react'
import { dotPath, linePath } from './plot-place.ts'

interface SparklineProps {
  /** Evenly apart in time, the oldest first; null where nothing can be said. */
  readonly values: readonly (number | null)[]
  /** What it shows and what it says, for who hears it. */
  readonly title: string
}

const WIDTH = 100
const HEIGHT = 24
const EDGE = 2

/** The form of a series in a word's room. Its numbers stand beside it or in a table. */
export function Sparkline({ values, title }: SparklineProps): ReactNode {
  const highest = Math.max(0, ...values.map((value) => value ?? 0)) || 1
  const step = WIDTH / Math.max(1, values.length - 1)
  const points = values.map((value, index) =>
    value === null ? null : { x: index * step, y: HEIGHT - EDGE - (value / highest) * (HEIGHT - 2 * EDGE) },
  )
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <path className="plot-path" d={linePath(points)} stroke="var(--ink-1)" />
      <path className="plot-path plot-dots" d={dotPath(points)} stroke="var(--ink-1)" />
    </svg>
  )
}
