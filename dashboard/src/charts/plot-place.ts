/** The room of a chart, in pixels, and where its values lie in it. */
export interface PlotPlace {
  readonly width: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly height: number
  x(at_ms: number): number
  y(value: number): number
}

interface PlotBounds {
  readonly width: number
  /** Of the longest text beside the scale. */
  readonly letters: number
  readonly from_ms: number
  readonly until_ms: number
  readonly highest: number
}

/** Of every chart over time; the style gives it the same. */
export const PLOT_HEIGHT = 224
/** Pixels, on average, in the widest of the usual typefaces. */
const LETTER_WIDTH = 8.6

export function plotPlace({ width, letters, from_ms, until_ms, highest }: PlotBounds): PlotPlace {
  const left = Math.ceil(letters * LETTER_WIDTH) + 8
  const right = Math.max(left + 1, width - 8)
  const top = 10
  const bottom = PLOT_HEIGHT - 28
  const span_ms = Math.max(1, until_ms - from_ms)
  return {
    width,
    left,
    right,
    top,
    bottom,
    height: PLOT_HEIGHT,
    x: (at_ms) => left + ((at_ms - from_ms) / span_ms) * (right - left),
    y: (value) => bottom - (value / highest) * (bottom - top),
  }
}

const at = (value: number): string => String(Math.round(value * 10) / 10)

type Point = { readonly x: number; readonly y: number } | null

/** The points that stand alone, of which a line shows nothing, as lines without a length. */
export function dotPath(points: readonly Point[]): string {
  return points
    .map((point, index) =>
      point === null || (points[index - 1] ?? null) !== null || (points[index + 1] ?? null) !== null
        ? ''
        : `M${at(point.x)} ${at(point.y)}h0.01`,
    )
    .join('')
}

/** A line from point to point, broken where there is none. */
export function linePath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      if (point === null) return ''
      const { x, y } = point
      if ((points[index - 1] ?? null) !== null) return `L${at(x)} ${at(y)}`
      return (points[index + 1] ?? null) === null ? '' : `M${at(x)} ${at(y)}`
    })
    .join('')
}

/** Bars that stand on others, in whole pixels, so that none of their edges is blurred. */
export function barPath(
  bars: readonly { readonly x0: number; readonly x1: number; readonly low: number; readonly high: number }[],
): string {
  return bars
    .map(({ x0, x1, low, high }) => {
      const gap = x1 - x0 > 8 ? 2 : x1 - x0 > 3 ? 1 : 0
      const from = Math.round(x0)
      const width = Math.max(1, Math.round(x1) - from - gap)
      // What is more than nothing is seen.
      return `M${from} ${at(low)}h${width}V${at(Math.min(high, low - 1))}h${-width}z`
    })
    .join('')
}
