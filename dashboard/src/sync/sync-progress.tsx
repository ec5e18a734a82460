import type { ReactNode } from 'react'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { countText, durationText, percentText } from '../parts/number-text.ts'
import { whoseOf } from '../parts/sync-words.ts'
import { Ago, useNow } from '../parts/time-text.tsx'
import { remainingOf } from './estimate.ts'

/** A sync that tells nothing for so long may be gone. */
const SILENT_MS = 60_000

/** Where a running sync stands; it moves by itself. */
export function SyncProgress({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const now = useNow()
  const { percent, current } = sync.progress
  const { throttle_wait_ms, calls_made, calls_failed } = sync.api_metrics
  const elapsed_ms = Math.max(0, now - Date.parse(sync.sync_start_time))
  const heartbeat_ms = Date.parse(sync.heartbeat_at)
  const remaining_ms = remainingOf(percent, elapsed_ms)
  const facts: readonly Fact[] = [
    ['Time so far', durationText(Math.floor(elapsed_ms / 1000))],
    ['Still to go', remaining_ms === null ? 'not known yet' : `about ${aboutText(remaining_ms)}`],
    ['Calls to Canvas', `${countText(calls_made)}, ${countText(calls_failed)} failed`],
    [
      'Throttle and retries',
      throttle_wait_ms === 0 ? 'no waits yet' : `waited ${durationText(throttle_wait_ms / 1000)}`,
    ],
    ['Last sign of life', <Ago key="heartbeat" at_ms={heartbeat_ms} />],
  ]
  return (
    <div className="sync-progress">
      <p className="trust">
        {percent === null ? '' : `${percentText(Math.floor(percent))} · `}
        {current ?? 'Running: it has not said yet what it does.'}
      </p>
      <progress
        aria-label={`Progress of ${whoseOf(sync)}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      <FactList facts={facts} />
      {now - heartbeat_ms > SILENT_MS ? (
        <p className="outdated">
          It has given no sign of life for a while. If it stays silent, it will be taken for lost: look
          whether its process on {sync.host ?? 'its host'} still runs.
        </p>
      ) : null}
    </div>
  )
}

/** An estimate is not exact to the second. */
function aboutText(remaining_ms: number): string {
  const seconds = remaining_ms / 1000
  return durationText(seconds < 60 ? Math.ceil(seconds) : Math.ceil(seconds / 10) * 10)
}
