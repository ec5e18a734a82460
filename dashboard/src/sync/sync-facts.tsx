import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { unitText } from '../charts/chart-lines.ts'
import { dateText } from '../parts/date-text.ts'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { countText, durationText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { Ago, exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'

export function SyncFacts({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { api_metrics: api, database_metrics: database, deletions } = sync
  const facts: readonly Fact[] = [
    ['Started', <Time key="started" at={sync.sync_start_time} />],
    ['Ended', sync.sync_end_time === null ? '–' : <Time key="ended" at={sync.sync_end_time} />],
    ['Duration', sync.total_duration_seconds === null ? '–' : durationText(sync.total_duration_seconds)],
    ['Last heartbeat', <Ago key="heartbeat" at_ms={Date.parse(sync.heartbeat_at)} />],
    ['User', sync.user_id === null ? '–' : <UserLink key="user" id={sync.user_id} />],
    ['Kind', sync.incremental_sync ? 'what changed' : 'everything'],
    ['Trigger and host', `${sync.trigger}, ${sync.host ?? 'unknown host'}`],
    ['Calls to Canvas', `${countText(api.calls_made)}, ${countText(api.calls_failed)} failed`],
    ['Time of the calls', `${durationText(api.total_duration_ms / 1000)} added up`],
    [
      'Throttle and retries',
      `${countText(api.rate_limit_hits)} ${api.rate_limit_hits === 1 ? 'refusal' : 'refusals'}, waited ${durationText(api.throttle_wait_ms / 1000)}`,
    ],
    ['Cost of the calls', unitText(api.request_cost, 'count')],
    ['Least left of the limit', unitText(api.rate_limit_remaining_min, 'count')],
    [
      'Database',
      `${countText(database.operations)} operations, ${durationText(database.duration_ms / 1000)}`,
    ],
    ['Data read', unitText(sync.data_size_bytes, 'bytes')],
    ['Deletions', `${countText(deletions.deleted)} marked, ${countText(deletions.held)} held back`],
    [
      'Not recorded',
      sync.records_lost === 0 ? 'nothing' : `${countText(sync.records_lost)} lines or writes were lost`,
    ],
    ['Task id', <code key="task">{sync.sync_task_id}</code>],
  ]
  return (
    <Panel title="Facts">
      <FactList facts={facts} />
    </Panel>
  )
}

function UserLink({ id }: { readonly id: string | number }): ReactNode {
  return <Link href={`/users/${encodeURIComponent(String(id))}`}>user {id}</Link>
}

function Time({ at }: { readonly at: string }): ReactNode {
  const zone = useZone()
  const at_ms = Date.parse(at)
  return (
    <time dateTime={at} title={exactText(at_ms, zone)}>
      {dateText(at_ms, zone, 'second')}
    </time>
  )
}
