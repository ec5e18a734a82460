import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { AuditInfo } from '../../../src/api/access/audit.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { auditQuery } from './system-queries.ts'

/** The last things that were done, and by whom. */
export function AuditPanel(): ReactNode {
  const query = useQuery(auditQuery())
  return (
    <Panel title="Audit">
      <div className="list-room">
        <Asked query={query}>
          {({ entries, next_cursor }) =>
            entries.length === 0 ? (
              <p className="empty">Nothing was changed yet, and no user's data was looked at.</p>
            ) : (
              <>
                <AuditTable entries={entries} />
                {next_cursor === null ? null : (
                  <p className="hint">
                    These are the newest. The rest: <code>GET /api/canvas/metrics/audit</code>
                  </p>
                )}
              </>
            )
          }
        </Asked>
      </div>
    </Panel>
  )
}

function AuditTable({ entries }: { readonly entries: readonly AuditInfo[] }): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Audit" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Did</th>
            <th scope="col">To</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, at, actor_kind, actor_id, action, target, user_id, address }) => (
            <tr key={id}>
              <th scope="row" className="nowrap">
                <Ago at_ms={Date.parse(at)} />
              </th>
              <td className="nowrap">{actor_id === null ? actor_kind : `${actor_kind} ${actor_id}`}</td>
              <td className="nowrap">{action.replaceAll('_', ' ')}</td>
              <td>
                {[target, user_id === null ? null : `user ${user_id}`]
                  .filter((part) => part !== null)
                  .join(', ')}
              </td>
              <td className="nowrap">{address}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
