import type { ReactNode } from 'react'
import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { countText } from '../parts/number-text.ts'
import { Panel } from '../parts/panel.tsx'
import { entityRows, type EntityRow } from './entity-rows.ts'

interface EntityTableProps {
  readonly sync: SyncRecord
  readonly courses: readonly CourseOutcomeRecord[]
}

const NOT_COUNTED = 'Nothing counts this.'
const NO_REJECTED = 'Rows are not rejected one by one: one that cannot be understood fails its course.'

const counted = (words: string, name: Exclude<keyof EntityRow, 'name'>): FigureColumn<EntityRow> => ({
  words,
  of: ({ [name]: count }) => (count === null ? <Unknown why={NOT_COUNTED} /> : countText(count)),
})

const COLUMNS: readonly FigureColumn<EntityRow>[] = [
  counted('Extracted', 'extracted'),
  counted('Created', 'created'),
  counted('Updated', 'updated'),
  counted('Unchanged', 'unchanged'),
  { words: 'Rejected', of: () => <Unknown why={NO_REJECTED} /> },
  counted('Deleted', 'deleted'),
  counted('Held', 'held'),
]

/** What came from Canvas, and what became of it here. */
export function EntityTable({ sync, courses }: EntityTableProps): ReactNode {
  return (
    <Panel title="Rows">
      <FigureTable
        label="Table of rows"
        rows_are="Kind"
        rows={entityRows(sync, courses)}
        keyOf={({ name }) => name}
        nameOf={({ name }) => name}
        columns={COLUMNS}
      />
      <p className="hint">
        – is what nothing counts. {NO_REJECTED} Held is what is missing in Canvas, but too much at once to be
        deleted here.
      </p>
    </Panel>
  )
}

function Unknown({ why }: { readonly why: string }): ReactNode {
  return (
    <span className="unknown" title={why}>
      –
    </span>
  )
}
