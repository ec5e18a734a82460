import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { whoseOf } from '../parts/sync-words.ts'
import { Ago, useNow } from '../parts/time-text.tsx'
import { earlierQuery } from './overview-queries.ts'
import { earlierDurations, remainingTime, type RemainingTime } from './remaining-time.ts'
import { isSilent } from './silent-syncs.ts'

/** How far a sync is, what it does, and how long it will still take. */
export function RunningSync({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const now_ms = useNow()
  const { percent, current } = sync.progress
  const { throttle_wait_ms, calls_made, rate_limit_hits, request_cost } = sync.api_metrics
  const elapsed_s = Math.max(0, Math.floor((now_ms - Date.parse(sync.sync_start_time)) / 1000))
  const silent = isSilent(sync, now_ms)
  return (
    <li>
      <p className="running-head">
        <Link href={`/syncs/${sync.id}`}>{whoseOf(sync)}</Link>
        <span className="numeric">{durationText(elapsed_s)}</span>
      </p>
      <progress
        aria-label={`Progress of ${whoseOf(sync)}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      <p className="running-facts">
        <span>{percent === null ? 'no progress told' : `${Math.floor(percent)} %`}</span>
        <Remaining sync={sync} elapsed_s={elapsed_s} />
        {current === null ? null : <span className="running-step">{current}</span>}
      </p>
      <p className="running-facts">
        <span>
          {countText(calls_made)} calls
          {request_cost > 0 ? `, cost ${countText(request_cost)}` : null}
        </span>
        {throttle_wait_ms > 0 ? (
          <span>waited {durationText(throttle_wait_ms / 1000)} for the throttle</span>
        ) : null}
        {rate_limit_hits > 0 ? (
          <span>refused {countText(rate_limit_hits)} times for the rate limit</span>
        ) : null}
        <span className={silent ? 'running-silent' : undefined}>
          {silent ? 'no sign of life since ' : 'seen '}
          <Ago at_ms={Date.parse(sync.heartbeat_at)} />
        </span>
      </p>
    </li>
  )
}

interface RemainingProps {
  readonly sync: SyncRecord
  readonly elapsed_s: number
}

function Remaining({ sync, elapsed_s }: RemainingProps): ReactNode {
  const earlier = useQuery(earlierQuery(sync))
  const earlier_s = earlierDurations(earlier.data?.syncs ?? [], sync)
  const remaining = remainingTime({ elapsed_s, percent: sync.progress.percent, earlier_s })
  return <span>{remainingWords(remaining)}</span>
}

function remainingWords(remaining: RemainingTime): string {
  if (remaining === null) return 'no estimate: the first of its kind'
  const time = durationText(Math.round(remaining.seconds))
  switch (remaining.from) {
    case 'progress':
      return remaining.seconds < 1 ? 'about to end' : `about ${time} left`
    case 'earlier':
      return `about ${time} left, as the last ones took`
    case 'overdue':
      return `${time} longer than usual`
  }
}
