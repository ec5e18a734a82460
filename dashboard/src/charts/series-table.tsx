import type { ReactNode } from 'react'
import type { TimeBucket } from '../../../src/core/time-buckets.ts'
import { useZone } from '../parts/time-zone.ts'
import { bucketText, zoneOfBuckets } from './bucket-text.ts'
import { unitText, type ChartLine, type ChartUnit } from './chart-lines.ts'

interface SeriesTableProps {
  readonly title: string
  /** Where each bucket begins, epoch milliseconds. */
  readonly starts: readonly number[]
  readonly bucket: TimeBucket
  readonly lines: readonly ChartLine[]
  readonly unit: ChartUnit
  /** Whether the sum of each row makes sense and is shown first. */
  readonly with_sum?: boolean
}

/** Every number of a chart; the newest first. Times in which nothing was are left out. */
export function SeriesTable({
  title,
  starts,
  bucket,
  lines,
  unit,
  with_sum = false,
}: SeriesTableProps): ReactNode {
  const zone = useZone()
  const of_buckets = zoneOfBuckets(starts, bucket, zone)
  const rows = starts
    .map((start, index) => ({ start, values: lines.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .toReversed()
  return (
    <div className="wide tall" role="group" aria-label={title} tabIndex={0}>
      <table className="series-table">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Begins</th>
            {with_sum ? (
              <th scope="col" className="numeric">
                All
              </th>
            ) : null}
            {lines.map(({ name }) => (
              <th key={name} scope="col" className="numeric">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, values }) => (
            <tr key={start}>
              <th scope="row" title={new Date(start).toISOString()}>
                {bucketText(start, bucket, of_buckets, zone)}
              </th>
              {with_sum ? <td className="numeric">{unitText(sumOf(values), unit)}</td> : null}
              {lines.map(({ name }, index) => (
                <td key={name} className="numeric">
                  {unitText(values[index] ?? null, unit)}
                </td>
              ))}
            </tr>
          ))}
          {rows.length === 0 ? (
            <tr>
              <td colSpan={lines.length + (with_sum ? 2 : 1)}>Nothing in this time.</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </div>
  )
}

const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
