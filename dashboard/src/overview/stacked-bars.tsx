import type { ReactNode } from 'react'
import { countText } from '../parts/number-text.ts'
import { bucketText } from './bucket-text.ts'
import { roundedUp, STACKED, type StackedBucket, type StackedSeries } from './stacked-series.ts'

const WIDTH = 1000
const HEIGHT = 200
const LINES = [0.5, 1]

interface StackedBarsProps {
  readonly stacked: StackedSeries
  readonly title: string
}

/** Bars of counts on counts. Every number of it is in the table that stands for it. */
export function StackedBars({ stacked, title }: StackedBarsProps): ReactNode {
  const { buckets, highest, bucket } = stacked
  const top = roundedUp(highest)
  const step = WIDTH / Math.max(1, buckets.length)
  const used = STACKED.filter((_, index) => buckets.some(({ counts }) => (counts[index] ?? 0) > 0))
  const [first] = buckets
  const last = buckets.at(-1)
  const total = buckets.reduce((sum, each) => sum + each.total, 0)
  return (
    <figure className="chart">
      <div className="chart-scale" aria-hidden="true">
        <span>{countText(top)}</span>
        <span>{top % 2 === 0 ? countText(top / 2) : ''}</span>
        <span>0</span>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${countText(total)} syncs, ${countText(highest)} at the most.`}
      >
        {LINES.map((part) => (
          <line
            key={part}
            className="chart-line"
            x1="0"
            x2={WIDTH}
            y1={HEIGHT * (1 - part)}
            y2={HEIGHT * (1 - part)}
          />
        ))}
        {buckets.map((each, index) => (
          <Bar key={each.start} bucket={each} x={index * step} width={step} scale={HEIGHT / top}>
            <title>{`${bucketText(each.start, bucket)}: ${wordsOf(each)}`}</title>
          </Bar>
        ))}
      </svg>
      <div className="chart-times" aria-hidden="true">
        <span>{first === undefined ? '' : bucketText(first.start, bucket)}</span>
        <span>{last === undefined ? '' : bucketText(last.start, bucket)}</span>
      </div>
      <figcaption>
        <ul className="legend">
          {used.map(({ metric, words }) => (
            <li key={metric}>
              <span className={`swatch fill-${metric}`} aria-hidden="true" />
              {words}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

interface BarProps {
  readonly bucket: StackedBucket
  readonly x: number
  readonly width: number
  /** Of one sync. */
  readonly scale: number
  readonly children: ReactNode
}

function Bar({ bucket, x, width, scale, children }: BarProps): ReactNode {
  const gap = Math.min(2, width / 4)
  let y = HEIGHT
  return (
    <g>
      {children}
      <rect className="chart-column" x={x} y="0" width={width} height={HEIGHT} />
      {bucket.counts.map((count, index) => {
        const { metric } = STACKED[index] ?? {}
        if (count === 0 || metric === undefined) return null
        y -= count * scale
        return (
          <rect
            key={metric}
            className={`fill-${metric}`}
            x={x + gap / 2}
            y={y}
            width={width - gap}
            height={count * scale}
          />
        )
      })}
    </g>
  )
}

function wordsOf({ counts }: StackedBucket): string {
  const words = STACKED.flatMap(({ words: name }, index) => {
    const count = counts[index] ?? 0
    return count === 0 ? [] : [`${countText(count)} ${name.toLowerCase()}`]
  })
  return words.length === 0 ? 'none' : words.join(', ')
}
