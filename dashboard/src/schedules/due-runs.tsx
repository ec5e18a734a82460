import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { DueRunRecord } from '../../../src/schedules/schedule-records.ts'
import { DateTime } from '../parts/date-time.tsx'
import { durationText } from '../parts/number-text.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { DueMark } from './schedule-mark.tsx'
import { lateSeconds } from './schedule-states.ts'

/** What became of each time, the newest first. */
export function DueRuns({ runs }: { readonly runs: readonly DueRunRecord[] }): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Last times" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Due</th>
            <th scope="col">State</th>
            <th scope="col" className="numeric">
              Started after
            </th>
            <th scope="col">Sync</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <DueRow key={run.due_at} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function DueRow({ run }: { readonly run: DueRunRecord }): ReactNode {
  const late_seconds = lateSeconds(run)
  return (
    <tr>
      <th scope="row" className="nowrap">
        <DateTime at={run.due_at} />
      </th>
      <td>
        <DueMark state={run.state} />
      </td>
      <td className="numeric nowrap">
        {run.sync_start_time === null ? '–' : durationText(late_seconds ?? 0)}
      </td>
      <td className="nowrap">
        {run.sync_id === null || run.sync_status === null ? (
          <span className="quiet-text">none</span>
        ) : (
          <>
            <Link href={`/syncs/${run.sync_id}`}>Sync {run.sync_id}</Link>{' '}
            <StatusMark status={run.sync_status} />
          </>
        )}
      </td>
    </tr>
  )
}
