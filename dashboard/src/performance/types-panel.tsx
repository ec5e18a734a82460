import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { TypePerformance } from '../../../src/api/performance/types.ts'
import { unitText } from '../charts/chart-lines.ts'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
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
                <FigureTable
                  label="Types of syncs"
                  rows_are="Type"
                  rows={list.types}
                  keyOf={({ sync_type }) => sync_type}
                  nameOf={({ sync_type }) => (
                    <Link href={`/syncs?type=${encodeURIComponent(sync_type)}`}>{sync_type}</Link>
                  )}
                  columns={COLUMNS}
                />
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

const COLUMNS: readonly FigureColumn<TypePerformance>[] = [
  { words: 'Completed', of: ({ sync_count }) => countText(sync_count) },
  { words: 'Median', of: ({ p50_seconds }) => durationText(p50_seconds) },
  { words: '95 % took less', of: ({ p95_seconds }) => durationText(p95_seconds) },
  { words: '99 % took less', of: ({ p99_seconds }) => durationText(p99_seconds) },
  { words: 'One call to Canvas', of: ({ api_call_avg_ms }) => unitText(api_call_avg_ms, 'milliseconds') },
  { words: 'Canvas per sync', of: ({ api_avg_ms_per_sync }) => durationText(api_avg_ms_per_sync / 1000) },
  {
    words: 'Database per sync',
    of: ({ database_avg_ms_per_sync }) => unitText(database_avg_ms_per_sync, 'milliseconds'),
  },
]
