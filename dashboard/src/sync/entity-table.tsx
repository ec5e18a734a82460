import type { ReactNode } from 'react'
import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { countText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { entityRows, type EntityRow } from './entity-rows.ts'

interface EntityTableProps {
  readonly sync: SyncRecord
  readonly courses: readonly CourseOutcomeRecord[]
}

type Counted = Exclude<keyof EntityRow, 'name'>

const COLUMNS: readonly (readonly [Counted, string])[] = [
  ['extracted', 'Extracted'],
  ['created', 'Created'],
  ['updated', 'Updated'],
  ['unchanged', 'Unchanged'],
]
const LATER: readonly (readonly [Counted, string])[] = [
  ['deleted', 'Deleted'],
  ['held', 'Held'],
]

const NOT_COUNTED = 'Nothing counts this.'
const NO_REJECTED = 'Rows are not rejected one by one: one that cannot be understood fails its course.'

/** What came from Canvas, and what became of it here. */
export function EntityTable({ sync, courses }: EntityTableProps): ReactNode {
  return (
    <Panel title="Rows">
      <div className="wide" role="group" aria-label="Table of rows" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              {[...COLUMNS.map(([, words]) => words), 'Rejected', ...LATER.map(([, words]) => words)].map(
                (words) => (
                  <th key={words} scope="col" className="numeric">
                    {words}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {entityRows(sync, courses).map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {COLUMNS.map(([name]) => (
                  <Count key={name} count={row[name]} />
                ))}
                <td className="numeric">
                  <Unknown why={NO_REJECTED} />
                </td>
                {LATER.map(([name]) => (
                  <Count key={name} count={row[name]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="hint">
        – is what nothing counts. {NO_REJECTED} Held is what is missing in Canvas, but too much at once to be
        deleted here.
      </p>
    </Panel>
  )
}

function Count({ count }: { readonly count: number | null }): ReactNode {
  return <td className="numeric">{count === null ? <Unknown why={NOT_COUNTED} /> : countText(count)}</td>
}

function Unknown({ why }: { readonly why: string }): ReactNode {
  return (
    <span className="unknown" title={why}>
      –
    </span>
  )
}
