import type { UseQueryResult } from '@tanstack/react-query'
import { useId, useState, type PointerEvent, type ReactNode } from 'react'
import type { LogHistogram } from '../../../src/api/logs/log-histogram.ts'
import { LOG_LEVELS } from '../../../src/core/log-event.ts'
import { ViewSwitch } from '../charts/chart-view.tsx'
import { dateText } from '../parts/date-text.ts'
import { countText } from '../parts/number-text.ts'
import { Asked } from '../parts/panel.tsx'
import { useZone } from '../parts/time-zone.ts'
import { HistogramTable } from './histogram-table.tsx'
import { bucketsOf, highestOf, selectedRange, type LevelBucket } from './level-buckets.ts'

const WIDTH = 1000
const HEIGHT = 100
const GAP = 2

interface LogHistogramPanelProps {
  readonly query: UseQueryResult<LogHistogram>
  /** Somebody wants to see a piece of the time only; ISO 8601. */
  readonly onSelect: (since: string, until: string) => void
}

/** How many lines there were when, and how bad. */
export function LogHistogramPanel({ query, onSelect }: LogHistogramPanelProps): ReactNode {
  const heading = useId()
  const [as_table, setAsTable] = useState(false)
  return (
    <section className="panel log-histogram" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>Lines over time</h2>
        <p role="status" className="hint log-count">
          {query.data === undefined ? '' : countWords(query.data)}
        </p>
        <div className="panel-aside">
          <ul className="log-legend">
            {LOG_LEVELS.toReversed().map((level) => (
              <li key={level}>
                <span className={`log-swatch log-fill-${level}`} aria-hidden="true" />
                {level.toLowerCase()}
              </li>
            ))}
          </ul>
          <ViewSwitch as_table={as_table} onChange={setAsTable} />
        </div>
      </header>
      <Asked query={query}>
        {(histogram) => {
          const buckets = bucketsOf(histogram)
          const Shown = as_table ? HistogramTable : LogHistogramChart
          return <Shown histogram={histogram} buckets={buckets} onSelect={onSelect} />
        }}
      </Asked>
    </section>
  )
}

function countWords({ exact, total, uncounted }: LogHistogram): string {
  return [
    exact ? '' : 'About ',
    countText(total),
    total === 1 ? ' line' : ' lines',
    exact ? '' : ', estimated from samples: narrow the time to have them counted',
    uncounted.length === 0 ? '' : `; ${countText(uncounted.length)} archives are not counted`,
  ].join('')
}

interface LogHistogramChartProps {
  readonly histogram: LogHistogram
  readonly buckets: readonly LevelBucket[]
  readonly onSelect: (since: string, until: string) => void
}

/** A click or a drag shows that time only. */
function LogHistogramChart({ histogram, buckets, onSelect }: LogHistogramChartProps): ReactNode {
  const zone = useZone()
  const [marked, setMarked] = useState<readonly [from: number, to: number] | null>(null)
  const highest = highestOf(buckets)
  const step = WIDTH / Math.max(1, buckets.length)

  const bucketUnder = (event: PointerEvent<SVGSVGElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const at = Math.floor(((event.clientX - left) / width) * buckets.length)
    return Math.min(Math.max(at, 0), buckets.length - 1)
  }
  const finish = (): void => {
    if (marked !== null) onSelect(...selectedRange(histogram, marked[0], marked[1]))
    setMarked(null)
  }
  const precision = histogram.bucket_ms < 60_000 ? 'second' : 'minute'
  return (
    <figure className="log-chart">
      <div className="log-chart-top" aria-hidden="true">
        <span>{countText(highest)}</span>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Lines over time: ${countText(histogram.total)}, ${countText(highest)} at the most.`}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = bucketUnder(event)
          setMarked([at, at])
        }}
        onPointerMove={(event) => {
          if (marked !== null) setMarked([marked[0], bucketUnder(event)])
        }}
        onPointerUp={finish}
        onPointerCancel={() => {
          setMarked(null)
        }}
      >
        {buckets.map((bucket, index) => (
          <Bar
            key={bucket.start_ms}
            bucket={bucket}
            x={index * step}
            width={step}
            scale={HEIGHT / highest}
            words={`${dateText(bucket.start_ms, zone, precision)}: ${wordsOf(bucket)}`}
          />
        ))}
        {marked === null ? null : (
          <rect
            className="log-chart-marked"
            x={Math.min(...marked) * step}
            y="0"
            width={(Math.abs(marked[1] - marked[0]) + 1) * step}
            height={HEIGHT}
          />
        )}
      </svg>
      <div className="log-chart-times" aria-hidden="true">
        <span>{dateText(buckets[0]?.start_ms ?? 0, zone, precision)}</span>
        <span>{dateText(Date.parse(histogram.until), zone, precision)}</span>
      </div>
    </figure>
  )
}

interface BarProps {
  readonly bucket: LevelBucket
  readonly x: number
  readonly width: number
  /** Of one line. */
  readonly scale: number
  readonly words: string
}

function Bar({ bucket, x, width, scale, words }: BarProps): ReactNode {
  let y = HEIGHT
  return (
    <g>
      <title>{words}</title>
      <rect className="log-chart-column" x={x} y="0" width={width} height={HEIGHT} />
      {LOG_LEVELS.map((level, index) => {
        const count = bucket.counts[index] ?? 0
        if (count === 0) return null
        y -= count * scale
        return (
          <rect
            key={level}
            className={`log-fill-${level}`}
            x={x + GAP / 2}
            y={y}
            width={Math.max(1, width - GAP)}
            height={count * scale}
          />
        )
      })}
    </g>
  )
}

function wordsOf({ counts, total }: LevelBucket): string {
  if (total === 0) return 'no lines'
  const words = LOG_LEVELS.flatMap((level, at) => {
    const count = counts[at] ?? 0
    return count === 0 ? [] : [`${countText(count)} ${level.toLowerCase()}`]
  })
  return words.toReversed().join(', ')
}
