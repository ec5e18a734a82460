import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { TypePerformance, TypePerformanceList } from '../../../src/api/performance/types.ts'
import { unitText } from '../charts/chart-lines.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import type { PerformancePeriod } from './performance-period.ts'
import { typesQuery } from './performance-queries.ts'

/** Each type of sync: what belongs together takes about as long. */
export function TypesPanel({ period }: { readonly period: PerformancePeriod }): ReactNode {
  const query = useQuery(typesQuery(period.days))
  return (
    <Panel title="By type of sync">
      <div className="table-room">
        <Asked query={query}>
          {(list) =>
            list.count === 0 ? (
              <p className="empty">No sync was completed in the last {period.words}.</p>
            ) : (
              <>
                <TypeTable list={list} />
                {list.sampled ? (
                  <p className="hint">
                    There were more: of each type its newest 1,000 completed syncs are looked at.
                  </p>
                ) : null}
              </>
            )
          }
        </Asked>
      </div>
    </Panel>
  )
}

interface Column {
  readonly words: string
  readonly text: (type: TypePerformance) => string
}

const COLUMNS: readonly Column[] = [
  { words: 'Completed', text: ({ sync_count }) => countText(sync_count) },
  { words: 'Median', text: ({ p50_seconds }) => durationText(p50_seconds) },
  { words: '95 % took less', text: ({ p95_seconds }) => durationText(p95_seconds) },
  { words: '99 % took less', text: ({ p99_seconds }) => durationText(p99_seconds) },
  { words: 'One call to Canvas', text: ({ api_call_avg_ms }) => unitText(api_call_avg_ms, 'milliseconds') },
  { words: 'Canvas per sync', text: ({ api_avg_ms_per_sync }) => durationText(api_avg_ms_per_sync / 1000) },
  {
    words: 'Database per sync',
    text: ({ database_avg_ms_per_sync }) => unitText(database_avg_ms_per_sync, 'milliseconds'),
  },
]

function TypeTable({ list }: { readonly list: TypePerformanceList }): ReactNode {
  return (
    <div className="wide" role="group" aria-label="Types of syncs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            {COLUMNS.map(({ words }) => (
              <th key={words} scope="col" className="numeric">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.types.map((type) => (
            <tr key={type.sync_type}>
              <th scope="row">
                <Link href={`/syncs?type=${encodeURIComponent(type.sync_type)}`}>{type.sync_type}</Link>
              </th>
              {COLUMNS.map(({ words, text }) => (
                <td key={words} className="numeric nowrap">
                  {text(type)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
