import type { ReactNode } from 'react'
import type { WaterfallRow } from './waterfall-rows.ts'

/** Per cent of the axis: so wide that a short one is seen. */
const LEAST_WIDTH = 0.35

interface WaterfallBarProps {
  readonly row: Pick<WaterfallRow, 'at_ms' | 'duration_ms' | 'stretches'>
  /** Of the whole axis. */
  readonly total_ms: number
}

/** One step on the axis of time, with what it waited for. */
export function WaterfallBar({ row, total_ms }: WaterfallBarProps): ReactNode {
  const { at_ms, duration_ms, stretches } = row
  const x = (ms: number): number => (100 * Math.min(Math.max(0, ms), total_ms)) / total_ms
  const widthOf = (from_ms: number, length_ms: number): number =>
    Math.max(LEAST_WIDTH, x(from_ms + length_ms) - x(from_ms))
  const left = Math.min(x(at_ms), 100 - LEAST_WIDTH)
  return (
    <svg className="step-bar" aria-hidden="true">
      <rect
        className={stretches.length === 0 ? 'step-unread' : 'step-unknown'}
        x={`${left}%`}
        width={`${widthOf(at_ms, duration_ms)}%`}
        height="100%"
      />
      {stretches.map((stretch, index) => (
        <rect
          key={index}
          className={`step-${stretch.kind}`}
          x={`${Math.min(x(stretch.at_ms), 100 - LEAST_WIDTH)}%`}
          width={`${widthOf(stretch.at_ms, stretch.duration_ms)}%`}
          // Waiting is a thin line, work stands high: told apart without colours, too.
          {...(stretch.kind === 'other' ? { y: '33%', height: '34%' } : { height: '100%' })}
        />
      ))}
    </svg>
  )
}

/** Stripes for what is waited for without anything going on; once in the page. */
export function StepPatterns(): ReactNode {
  return (
    <svg className="step-patterns" aria-hidden="true">
      <defs>
        <pattern id="step-stripes" width="8" height="12" patternUnits="userSpaceOnUse">
          <rect className="stripe-ground" width="8" height="12" />
          <path className="stripe" d="M-2 6 L4 -3 M0 15 L10 0 M6 15 L12 6" />
        </pattern>
        <pattern id="step-dots" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect className="dot-ground" width="6" height="6" />
          <circle className="dot" cx="3" cy="3" r="1.4" />
        </pattern>
      </defs>
    </svg>
  )
}
