import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { whoseOf } from '../parts/sync-words.ts'
import { Ago } from '../parts/time-text.tsx'

export function SyncTable({ syncs }: { readonly syncs: readonly SyncRecord[] }): ReactNode {
  return (
    <div className="wide" role="group" aria-label="Table of syncs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Sync</th>
            <th scope="col">Status</th>
            <th scope="col">Started</th>
            <th scope="col" className="numeric">
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
            <SyncRow key={sync.id} sync={sync} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SyncRow({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { total_duration_seconds, progress, error_message } = sync
  const running = progress.percent === null ? '–' : `${Math.floor(progress.percent)} %`
  return (
    <tr>
      <th scope="row">
        <Link href={`/syncs/${sync.id}`}>{whoseOf(sync)}</Link>
      </th>
      <td>
        <StatusMark status={sync.sync_status} />
      </td>
      <td className="nowrap">
        <Ago at_ms={Date.parse(sync.sync_start_time)} />
      </td>
      <td className="numeric nowrap">
        {total_duration_seconds === null ? running : durationText(total_duration_seconds)}
      </td>
      <td className="numeric">{countText(sync.courses.processed)}</td>
      <td className="numeric">{countText(sync.submissions.processed)}</td>
      <td className="numeric">{countText(sync.api_metrics.calls_made)}</td>
      <td className="reason">{error_message ?? ''}</td>
    </tr>
  )
}
