import { useMemo, type ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'
import { useZone } from '../parts/time-zone.ts'
import { bucketEnds, bucketText, zoneOfBuckets } from './bucket-text.ts'
import { scaleText, type ChartUnit } from './chart-lines.ts'
import { PlotCursor, type Reading } from './plot-cursor.tsx'
import { plotPlace, type PlotPlace } from './plot-place.ts'
import { timeTicks } from './time-ticks.ts'
import { useWidth } from './use-width.ts'
import { valueTicks } from './value-scale.ts'

/** What is different between charts. */
export interface Drawing {
  /** All of it in a sentence. */
  readonly summary: string
  /** The value that must have room. */
  readonly highest: number
  readonly draw: (place: PlotPlace, ends: readonly number[]) => ReactNode
  /** Of a bucket, in the order in which they are told. */
  readonly readings: (index: number) => readonly Reading[]
}

interface PlotProps {
  readonly title: string
  readonly starts: readonly number[]
  readonly bucket: TimeBucket
  readonly unit: ChartUnit
  readonly drawing: Drawing
  readonly onSelect?: ((from_ms: number, until_ms: number) => void) | undefined
}

/**
 * The frame of a chart over time. SVG of our own and no library: with at most 1000 points nothing is slow, colours follow
 * the theme by themselves, paper and every screen get sharp lines, and it is there with the page, so that nothing jumps.
 */
export function Plot({
  title,
  starts,
  bucket,
  unit,
  drawing: { summary, highest, draw, readings },
  onSelect,
}: PlotProps): ReactNode {
  const zone = useZone()
  const { element, width } = useWidth()
  const of_buckets = useMemo(() => zoneOfBuckets(starts, bucket, zone), [starts, bucket, zone])
  const ends = useMemo(() => bucketEnds(starts, bucket), [starts, bucket])
  const ticks = valueTicks(highest, unit)
  const texts = ticks.map((tick) => scaleText(tick, unit))
  const from_ms = starts[0] ?? 0
  const until_ms = ends.at(-1) ?? 1
  const place = plotPlace({
    width,
    letters: Math.max(...texts.map((text) => text.length)),
    from_ms,
    until_ms,
    highest: ticks.at(-1) ?? 1,
  })
  const times = timeTicks(
    from_ms,
    until_ms,
    of_buckets,
    Math.max(2, Math.floor((place.right - place.left) / 76)),
  )
  return (
    <div className="plot" ref={element}>
      <svg viewBox={`0 0 ${width} ${place.height}`} role="img" aria-label={summary}>
        {ticks.map((tick, index) => (
          <g key={tick}>
            <line
              className={tick === 0 ? 'plot-ground' : 'plot-line'}
              x1={place.left}
              x2={place.right}
              y1={Math.round(place.y(tick)) + 0.5}
              y2={Math.round(place.y(tick)) + 0.5}
            />
            <text x={place.left - 8} y={place.y(tick)} dy="0.32em" textAnchor="end">
              {texts[index]}
            </text>
          </g>
        ))}
        {times.map(({ at_ms, text }) => (
          <TimeMark key={at_ms} x={place.x(at_ms)} place={place} text={text} />
        ))}
        {draw(place, ends)}
      </svg>
      {starts.length === 0 ? null : (
        <PlotCursor
          title={title}
          place={place}
          starts={starts}
          ends={ends}
          timeText={(index) => bucketText(starts[index] ?? 0, bucket, of_buckets, zone)}
          readings={readings}
          onSelect={onSelect}
        />
      )}
    </div>
  )
}

interface TimeMarkProps {
  readonly x: number
  readonly place: PlotPlace
  readonly text: string
}

function TimeMark({ x, place, text }: TimeMarkProps): ReactNode {
  const { bottom, width } = place
  // A text that would be cut off at the edge is not written.
  const fits = x + 3.6 * text.length < width && x - 3.6 * text.length > 0
  return (
    <g>
      <line className="plot-ground" x1={x} x2={x} y1={bottom} y2={bottom + 5} />
      {fits ? (
        <text x={x} y={bottom + 20} textAnchor="middle">
          {text}
        </text>
      ) : null}
    </g>
  )
}
