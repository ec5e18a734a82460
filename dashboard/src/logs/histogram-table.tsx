import type { ReactNode } from 'react'
import type { LogHistogram } from '../../../src/api/logs/log-histogram.ts'
import { LOG_LEVELS } from '../../../src/core/log-event.ts'
import { dateText } from '../parts/date-text.ts'
import { countText } from '../parts/number-text.ts'
import { useZone } from '../parts/time-zone.ts'
import { selectedRange, type LevelBucket } from './level-buckets.ts'

interface HistogramTableProps {
  readonly histogram: LogHistogram
  readonly buckets: readonly LevelBucket[]
  readonly onSelect: (since: string, until: string) => void
}

/** The same numbers as the chart; a time can be chosen here without a pointer. */
export function HistogramTable({ histogram, buckets, onSelect }: HistogramTableProps): ReactNode {
  const zone = useZone()
  return (
    <div className="log-chart-table tall wide" role="group" aria-label="Lines over time" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {LOG_LEVELS.map((level) => (
              <th key={level} scope="col" className="numeric">
                {level.toLowerCase()}
              </th>
            ))}
            <th scope="col">Show</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map(({ start_ms, counts, total }, index) => {
            const from = dateText(start_ms, zone, 'second')
            return total === 0 ? null : (
              <tr key={start_ms}>
                <th scope="row">
                  <time dateTime={new Date(start_ms).toISOString()}>{from}</time>
                </th>
                {LOG_LEVELS.map((level, at) => (
                  <td key={level} className="numeric">
                    {countText(counts[at] ?? 0)}
                  </td>
                ))}
                <td>
                  <button
                    type="button"
                    aria-label={`Only this: the time from ${from}`}
                    onClick={() => {
                      onSelect(...selectedRange(histogram, index, index))
                    }}
                  >
                    only this
                  </button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
