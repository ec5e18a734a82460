import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import { ERROR_TYPE_FACTS } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Ago } from '../parts/time-text.tsx'
import type { Period } from './period.ts'
import { whoseOf } from '../parts/sync-words.ts'

interface AttentionProps {
  readonly query: UseQueryResult<SyncListPage>
  readonly period: Period
}

export function Attention({ query, period }: AttentionProps): ReactNode {
  return (
    <Panel title="Needs attention">
      <Asked query={query}>
        {({ syncs }) =>
          syncs.length === 0 ? (
            <p className="empty">Nothing went wrong in the last {period.words}.</p>
          ) : (
            <ul className="attention">
              {syncs.map((sync) => (
                <Trouble key={sync.id} sync={sync} />
              ))}
            </ul>
          )
        }
      </Asked>
    </Panel>
  )
}

function Trouble({ sync }: { readonly sync: SyncRecord }): ReactNode {
  const { error_type, error_message, sync_status, sync_end_time, sync_start_time } = sync
  return (
    <li>
      <p className="attention-head">
        <StatusMark status={sync_status} />
        <Link href={`/syncs/${sync.id}`}>{whoseOf(sync)}</Link>
        <Ago at_ms={Date.parse(sync_end_time ?? sync_start_time)} />
      </p>
      {error_message === null ? null : <p>{error_message}</p>}
      {error_type === null ? null : <p className="next-step">{ERROR_TYPE_FACTS[error_type].next_step}</p>}
    </li>
  )
}
