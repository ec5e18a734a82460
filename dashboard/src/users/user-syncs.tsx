import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { Panel } from '../parts/panel.tsx'
import { SyncTable } from '../syncs/sync-table.tsx'

const SHOWN = 10

interface UserSyncsProps {
  readonly user_id: string
  /** Newest first. */
  readonly syncs: readonly SyncRecord[]
}

export function UserSyncs({ user_id, syncs }: UserSyncsProps): ReactNode {
  const search = new URLSearchParams({ user_id }).toString()
  return (
    <Panel title="Newest syncs" aside={<Link href={`/syncs?${search}`}>All syncs of this user</Link>}>
      {syncs.length === 0 ? (
        <p className="empty">No sync has run for this user.</p>
      ) : (
        <div className="user-syncs">
          <SyncTable syncs={syncs.slice(0, SHOWN)} search={search} sort={null} />
        </div>
      )}
    </Panel>
  )
}
