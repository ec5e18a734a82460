import type { ReactNode } from 'react'
import { countText } from '../parts/number-text.ts'
import { bucketText } from './bucket-text.ts'
import { STACKED, type StackedSeries } from './stacked-series.ts'

interface SeriesTableProps {
  readonly stacked: StackedSeries
  readonly caption: string
}

/** Every number of the chart; the newest first. Times in which nothing was are left out. */
export function SeriesTable({ stacked: { bucket, buckets }, caption }: SeriesTableProps): ReactNode {
  const filled = buckets.filter(({ total }) => total > 0).toReversed()
  return (
    <div className="wide tall" role="group" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Begins</th>
            <th scope="col" className="numeric">
              All
            </th>
            {STACKED.map(({ metric, words }) => (
              <th key={metric} scope="col" className="numeric">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.map(({ start, total, counts }) => (
            <tr key={start}>
              <th scope="row">{bucketText(start, bucket)}</th>
              <td className="numeric">{countText(total)}</td>
              {counts.map((count, index) => (
                <td key={STACKED[index]?.metric ?? index} className="numeric">
                  {countText(count)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
