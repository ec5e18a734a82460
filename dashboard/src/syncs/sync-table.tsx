import { memo, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { dateText } from '../parts/date-text.ts'
import { countText } from '../parts/number-text.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { whoseOf } from '../parts/sync-words.ts'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { SyncDuration } from './sync-duration.tsx'

interface SyncTableProps {
  readonly syncs: readonly SyncRecord[]
  /** What stands behind the address of each sync, so that one goes on from there through the same list. */
  readonly search: string
  readonly sort: string | null
}

const ORDERS: Readonly<Record<string, readonly ['started' | 'duration', 'ascending' | 'descending']>> = {
  oldest: ['started', 'ascending'],
  longest: ['duration', 'descending'],
  shortest: ['duration', 'ascending'],
}

export function SyncTable({ syncs, search, sort }: SyncTableProps): ReactNode {
  const zone = useZone()
  const longest_s = Math.max(0, ...syncs.map(({ total_duration_seconds: duration_s }) => duration_s ?? 0))
  const [column, direction] = ORDERS[sort ?? ''] ?? ['started', 'descending']
  return (
    <table className="sync-list">
      <caption className="visually-hidden">Syncs, times by the clock of {zone}</caption>
      <thead>
        <tr>
          <th scope="col">Sync</th>
          <th scope="col">Status</th>
          <th scope="col" aria-sort={column === 'started' ? direction : undefined}>
            Started
          </th>
          <th scope="col" className="numeric" aria-sort={column === 'duration' ? direction : undefined}>
            Duration
          </th>
          <th scope="col" className="numeric">
            Courses
          </th>
          <th scope="col" className="numeric">
            Submissions
          </th>
          <th scope="col" className="numeric">
            Calls
          </th>
          <th scope="col">What went wrong</th>
        </tr>
      </thead>
      <tbody>
        {syncs.map((sync) => (
          <SyncRow key={sync.id} sync={sync} search={search} longest_s={longest_s} zone={zone} />
        ))}
      </tbody>
    </table>
  )
}

interface SyncRowProps {
  readonly sync: SyncRecord
  readonly search: string
  readonly longest_s: number
  readonly zone: string
}

/** Only rows that change are drawn again: there may be thousands. */
const SyncRow = memo(function SyncRow({ sync, search, longest_s, zone }: SyncRowProps): ReactNode {
  const { id, error_message, error_type, sync_start_time } = sync
  const started_ms = Date.parse(sync_start_time)
  return (
    <tr>
      <th scope="row">
        <Link href={`/syncs/${id}${search === '' ? '' : `?${search}`}`}>{whoseOf(sync)}</Link>
      </th>
      <td>
        <StatusMark status={sync.sync_status} />
      </td>
      <td className="nowrap sync-started">
        <time dateTime={sync_start_time} title={exactText(started_ms, zone)}>
          {dateText(started_ms, zone, 'minute')}
        </time>
      </td>
      <td className="numeric nowrap">
        <SyncDuration sync={sync} longest_s={longest_s} />
      </td>
      <td className="numeric" data-unit="courses">
        {countText(sync.courses.processed)}
      </td>
      <td className="numeric" data-unit="submissions">
        {countText(sync.submissions.processed)}
      </td>
      <td className="numeric" data-unit="calls">
        {countText(sync.api_metrics.calls_made)}
      </td>
      <td className="reason">
        {error_type === null && error_message === null ? null : (
          <div className="sync-message">
            {error_type === null ? null : (
              <span className="error-kind">{error_type.replaceAll('_', ' ')}</span>
            )}
            {error_message}
          </div>
        )}
      </td>
    </tr>
  )
})
