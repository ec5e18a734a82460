import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SystemDatabase, SystemInfo } from '../../../src/api/system/system-schemas.ts'
import type { TableFacts } from '../../../src/store/system-store.ts'
import { spokenBytes } from '../../../src/core/number-text.ts'
import { FactList, type Fact } from '../parts/fact-list.tsx'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { When } from './server-panel.tsx'

const ENGINES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const
const BACKUP = { sqlite: 'canvas-sync-monitor backup FILE', postgres: 'pg_dump DATABASE' } as const

export function DatabasePanel({ query }: { readonly query: UseQueryResult<SystemInfo> }): ReactNode {
  return (
    <Panel title="Database">
      <div className="facts-room">
        <Asked query={query}>
          {({ database, tables, migrations, admin }) =>
            database === null ? (
              <p className="empty">
                The database does not answer. On the server, <code>canvas-sync-monitor doctor</code> says why.
              </p>
            ) : (
              <>
                <FactList facts={factsOf(database)} />
                {admin === null ? null : (
                  <p className="hint">
                    It is at <code>{admin.database}</code>.
                  </p>
                )}
                <p className="hint">
                  Where backups are kept, the server does not know. Make one with{' '}
                  <code>{BACKUP[database.engine]}</code>, while everything runs.
                </p>
                {tables === null ? null : <TableList tables={tables} />}
                {migrations === null ? null : (
                  <details>
                    <summary>Migrations ({countText(migrations.length)})</summary>
                    <ul className="migrations">
                      {migrations.map(({ version, name, applied_at }) => (
                        <li key={version}>
                          <span>{name}</span>
                          <span className="hint">
                            <When at={applied_at} />
                          </span>
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </>
            )
          }
        </Asked>
      </div>
    </Panel>
  )
}

function factsOf(database: SystemDatabase): Fact[] {
  const { engine, version, size_bytes, write_ahead_bytes, reusable_bytes } = database
  const { connections, connections_most, schema_version } = database
  const bytes = (count: number | null): string | null => (count === null ? null : spokenBytes(count))
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['Engine', `${ENGINES[engine]} ${version}`],
    ['Schema', String(schema_version)],
    ['Size', bytes(size_bytes)],
    ['Of it free for new rows', bytes(reusable_bytes)],
    ['Write-ahead log', bytes(write_ahead_bytes)],
    ['Connections', connections === null ? null : `${connections} of at most ${connections_most ?? '?'}`],
  ]
  return facts.filter(([, value]) => value !== null)
}

const CERTAINTY = { exact: '', about: 'about ', at_least: 'at least ' } as const

function TableList({ tables }: { readonly tables: readonly TableFacts[] }): ReactNode {
  const filled = tables.filter(({ rows }) => rows > 0).toSorted((a, b) => b.rows - a.rows)
  const sized = filled.some(({ bytes }) => bytes !== null)
  return (
    <details>
      <summary>
        Tables with rows ({countText(filled.length)} of {countText(tables.length)})
      </summary>
      <div className="wide tall" role="group" aria-label="Tables" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col" className="numeric">
                Rows
              </th>
              {sized ? (
                <th scope="col" className="numeric">
                  Size
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {filled.map(({ table, rows, certainty, bytes }) => (
              <tr key={table}>
                <th scope="row">{table}</th>
                <td className="numeric nowrap">
                  {CERTAINTY[certainty]}
                  {countText(rows)}
                </td>
                {sized ? (
                  <td className="numeric nowrap">{bytes === null ? '–' : spokenBytes(bytes)}</td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint">Of a large table only the first 10,000 rows are counted; the rest is estimated.</p>
    </details>
  )
}
