import type { ReactNode } from 'react'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { durationText } from '../parts/number-text.ts'
import { useNow } from '../parts/time-text.tsx'

interface SyncDurationProps {
  readonly sync: SyncRecord
  /** Of the longest that is shown, seconds. */
  readonly longest_s: number
}

/** How long it took, beside the others; of one that runs, how long it has, and how far it is. */
export function SyncDuration({ sync, longest_s }: SyncDurationProps): ReactNode {
  const { total_duration_seconds: duration_s, sync_status } = sync
  if (duration_s !== null) {
    return (
      <span className="sync-duration">
        <Bar share={longest_s === 0 ? 0 : duration_s / longest_s} className="duration-bar" />
        <span>{durationText(duration_s)}</span>
      </span>
    )
  }
  return sync_status === 'in_progress' ? <Elapsed sync={sync} /> : <>–</>
}

function Elapsed({ sync: { sync_start_time, progress } }: { readonly sync: SyncRecord }): ReactNode {
  const elapsed_s = Math.max(0, Math.floor((useNow() - Date.parse(sync_start_time)) / 1000))
  const { percent } = progress
  return (
    <span className="sync-duration">
      <Bar share={(percent ?? 0) / 100} className="duration-bar duration-running" />
      <span>
        {percent === null ? null : `${Math.floor(percent)} % · `}
        {durationText(elapsed_s)}
      </span>
    </span>
  )
}

/** The number stands beside it. */
function Bar({ share, className }: { readonly share: number; readonly className: string }): ReactNode {
  return (
    <svg className={className} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={share * 100} height="1" />
    </svg>
  )
}
