import type { ReactNode } from 'react'
import { unitText } from '../charts/chart-lines.ts'
import { countText } from '../parts/number-text.ts'
import { STEP_KINDS, STEP_WORDS } from './step-kinds.ts'
import type { WaterfallRow } from './waterfall-rows.ts'

/** More would make the page slow. */
const MOST_ROWS = 1000

/** Says what the waterfall shows. */
export function WaterfallTable({ rows }: { readonly rows: readonly WaterfallRow[] }): ReactNode {
  return (
    <div className="wide tall" role="group" aria-label="Table of the parts of the sync" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Outcome</th>
            <th scope="col" className="numeric">
              After
            </th>
            <th scope="col" className="numeric">
              Took
            </th>
            {STEP_KINDS.map((kind) => (
              <th key={kind} scope="col" className="numeric">
                {STEP_WORDS[kind]}
              </th>
            ))}
            <th scope="col" className="numeric">
              Calls
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ key, label, outcome, at_ms, duration_ms, shares, calls }) => (
            <tr key={key}>
              <th scope="row" className="nowrap">
                {label}
              </th>
              <td>{outcome ?? ''}</td>
              <td className="numeric nowrap">{unitText(at_ms, 'milliseconds')}</td>
              <td className="numeric nowrap">{unitText(duration_ms, 'milliseconds')}</td>
              {STEP_KINDS.map((kind) => (
                <td key={kind} className="numeric nowrap">
                  {unitText(shares?.[kind] ?? null, 'milliseconds')}
                </td>
              ))}
              <td className="numeric">{calls === null ? '–' : countText(calls)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS ? (
        <p className="hint">
          These are the first {countText(MOST_ROWS)} of {countText(rows.length)}.
        </p>
      ) : null}
    </div>
  )
}
