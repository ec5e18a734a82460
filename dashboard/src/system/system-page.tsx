import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { sessionQuery } from '../data/queries.ts'
import { AuditPanel } from './audit-panel.tsx'
import { DatabasePanel } from './database-panel.tsx'
import { HealthPanel } from './health-panel.tsx'
import { LogsPanel } from './logs-panel.tsx'
import { QueuePanel } from './queue-panel.tsx'
import { RetentionPanel } from './retention-panel.tsx'
import { useCleanups } from './running-cleanup.ts'
import { ServerPanel } from './server-panel.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { queueQuery, systemQuery } from './system-queries.ts'
import { TokensPanel } from './tokens-panel.tsx'

/** Whether the server itself is well, and what it keeps. */
export function SystemPage(): ReactNode {
  const system = useQuery(systemQuery())
  const queue = useQuery(queueQuery())
  const session = useQuery(sessionQuery())
  const cleanups = useCleanups()
  const is_admin = session.data?.scopes.includes('admin') === true
  const admin = system.data?.admin ?? null
  return (
    <>
      <header className="page-head">
        <h1>System</h1>
      </header>
      <HealthPanel query={system} logs={cleanups.query.data} queue={queue.data} />
      <div className="columns system-columns">
        <ServerPanel query={system} />
        <RetentionPanel query={system} />
      </div>
      <DatabasePanel query={system} />
      <QueuePanel query={queue} />
      <LogsPanel cleanups={cleanups} may_clean_up={is_admin} />
      {is_admin ? (
        <>
          <TokensPanel own_id={session.data?.token_id ?? null} />
          <AuditPanel />
        </>
      ) : null}
      {admin === null ? null : <SettingsPanel admin={admin} />}
    </>
  )
}
