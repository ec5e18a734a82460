import type { ReactNode } from 'react'
import type { SystemAdmin } from '../../../src/api/system/system-schemas.ts'
import { Panel } from '../parts/panel.tsx'

/** What the server goes by, and where each of it was set. */
export function SettingsPanel({ admin }: { readonly admin: SystemAdmin }): ReactNode {
  return (
    <Panel title="Settings in effect">
      {admin.settings.length === 0 ? (
        <p className="empty">This server was started by a program of yours, which says what it goes by.</p>
      ) : (
        <div className="wide" role="group" aria-label="Settings in effect" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">Set by</th>
              </tr>
            </thead>
            <tbody>
              {admin.settings.map(({ name, value, from }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="setting-value">{value}</td>
                  <td className="nowrap">{from}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="hint below">
        Logs are in <code>{admin.log_directory}</code>. Secrets are not shown.
      </p>
    </Panel>
  )
}
