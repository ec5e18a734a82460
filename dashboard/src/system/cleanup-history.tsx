import type { ReactNode } from 'react'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { countText } from '../parts/number-text.ts'
import { Ago } from '../parts/time-text.tsx'
import { ratioText } from './cleanup-words.ts'

/** The last clean-ups, newest first, with what they could not do. */
export function CleanupHistory({ history }: { readonly history: readonly CleanupReport[] }): ReactNode {
  if (history.length === 0) return <p className="hint">No clean-up was made yet.</p>
  return (
    <>
      <h3>Last clean-ups</h3>
      <div className="wide" role="group" aria-label="Last clean-ups" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Ended</th>
              <th scope="col">By</th>
              <th scope="col" className="numeric">
                Lines archived
              </th>
              <th scope="col" className="numeric">
                Made smaller
              </th>
              <th scope="col" className="numeric">
                Archives deleted
              </th>
              <th scope="col">Problems</th>
            </tr>
          </thead>
          <tbody>
            {history.map((report) => (
              <Row key={report.task_id} report={report} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Row({ report }: { readonly report: CleanupReport }): ReactNode {
  const {
    finished_at,
    scheduled_for,
    lines_archived,
    archives_deleted,
    bytes_deleted,
    errors,
    stopped_early,
  } = report
  const ratio = ratioText(report)
  return (
    <tr>
      <th scope="row" className="nowrap">
        <Ago at_ms={Date.parse(finished_at)} />
      </th>
      <td className="nowrap">{scheduled_for === null ? 'hand' : 'night'}</td>
      <td className="numeric">{countText(lines_archived)}</td>
      <td className="numeric nowrap">
        {ratio === null
          ? '–'
          : `${spokenBytes(report.bytes_before)} to ${spokenBytes(report.bytes_after)}, ${ratio}`}
      </td>
      <td className="numeric nowrap">
        {archives_deleted === 0 ? '0' : `${countText(archives_deleted)} (${spokenBytes(bytes_deleted)})`}
      </td>
      <td>
        {[stopped_early ? 'It was stopped early.' : '', ...errors].filter((each) => each !== '').join(' ') ||
          'none'}
      </td>
    </tr>
  )
}
