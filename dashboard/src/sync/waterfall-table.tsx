import type { ReactNode } from 'react'
import { unitText } from '../charts/chart-lines.ts'
import { FigureTable, type FigureColumn } from '../parts/figure-table.tsx'
import { countText } from '../parts/number-text.ts'
import { STEP_KINDS, STEP_WORDS } from './step-kinds.ts'
import type { WaterfallRow } from './waterfall-rows.ts'

/** More would make the page slow. */
const MOST_ROWS = 1000

const COLUMNS: readonly FigureColumn<WaterfallRow>[] = [
  { words: 'Outcome', of: ({ outcome }) => outcome ?? '', is_words: true },
  { words: 'After', of: ({ at_ms }) => unitText(at_ms, 'milliseconds') },
  { words: 'Took', of: ({ duration_ms }) => unitText(duration_ms, 'milliseconds') },
  ...STEP_KINDS.map((kind): FigureColumn<WaterfallRow> => {
    return { words: STEP_WORDS[kind], of: ({ shares }) => unitText(shares?.[kind] ?? null, 'milliseconds') }
  }),
  { words: 'Calls', of: ({ calls }) => (calls === null ? '–' : countText(calls)) },
]

/** Says what the waterfall shows. */
export function WaterfallTable({ rows }: { readonly rows: readonly WaterfallRow[] }): ReactNode {
  return (
    <>
      <FigureTable
        label="Table of the parts of the sync"
        rows_are="Part"
        rows={rows.slice(0, MOST_ROWS)}
        keyOf={({ key }) => key}
        nameOf={({ label }) => label}
        columns={COLUMNS}
        is_tall
      />
      {rows.length > MOST_ROWS ? (
        <p className="hint">
          These are the first {countText(MOST_ROWS)} of {countText(rows.length)}.
        </p>
      ) : null}
    </>
  )
}
