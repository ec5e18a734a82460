import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { RunningSync } from './running-sync.tsx'

export function RunningSyncs({ query }: { readonly query: UseQueryResult<SyncListPage> }): ReactNode {
  return (
    <Panel title="Running now">
      <Asked query={query}>
        {({ syncs, next_cursor }) => {
          // One that has ended meanwhile stays in the list until the server is asked again.
          const running = syncs.filter(({ sync_status }) => sync_status === 'in_progress')
          if (running.length === 0) return <p className="empty">No sync is running.</p>
          return (
            <>
              <ul className="running">
                {running.map((sync) => (
                  <RunningSync key={sync.id} sync={sync} />
                ))}
              </ul>
              {next_cursor === null ? null : (
                <p className="hint">
                  <Link href="/syncs?status=in_progress">Show all that run</Link>
                </p>
              )}
            </>
          )
        }}
      </Asked>
    </Panel>
  )
}
