import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago, useNow } from '../parts/time-text.tsx'
import { whoseOf } from '../parts/sync-words.ts'

export function RunningSyncs({ query }: { readonly query: UseQueryResult<SyncListPage> }): ReactNode {
  return (
    <Panel title="Running now">
      <Asked query={query}>
        {({ syncs }) => {
          // One that has ended meanwhile stays in the list until the server is asked again.
          const running = syncs.filter(({ sync_status }) => sync_status === 'in_progress')
          if (running.length === 0) return <p className="empty">No sync is running.</p>
          return (
            <ul className="running">
              {running.map((sync) => (
                <RunningSync key={sync.id} sync={sync} />
              ))}
            </ul>
          )
        }}
      </Asked>
    </Panel>
  )
}

function RunningSync({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { percent, current } = sync.progress
  const { throttle_wait_ms, calls_made } = sync.api_metrics
  return (
    <li>
      <p className="running-head">
        <Link href={`/syncs/${sync.id}`}>{whoseOf(sync)}</Link>
        <Elapsed since_ms={Date.parse(sync.sync_start_time)} />
      </p>
      <progress
        aria-label={`Progress of ${whoseOf(sync)}`}
        max={100}
        {...(percent === null ? {} : { value: percent })}
      />
      <p className="running-facts">
        <span>{percent === null ? 'no estimate yet' : `${Math.floor(percent)} %`}</span>
        <span>{current ?? ''}</span>
        <span>{countText(calls_made)} calls</span>
        {throttle_wait_ms > 0 ? (
          <span>waited {durationText(throttle_wait_ms / 1000)} for the throttle</span>
        ) : null}
        <span>
          seen <Ago at_ms={Date.parse(sync.heartbeat_at)} />
        </span>
      </p>
    </li>
  )
}

function Elapsed({ since_ms }: { readonly since_ms: number }): ReactNode {
  return (
    <span className="numeric">{durationText(Math.max(0, Math.floor((useNow() - since_ms) / 1000)))}</span>
  )
}
