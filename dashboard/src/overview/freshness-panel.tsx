import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { Ago } from '../parts/time-text.tsx'
import { bySource, type SourceFreshness } from './source-freshness.ts'

export function FreshnessPanel({ query }: { readonly query: UseQueryResult<FreshnessList> }): ReactNode {
  return (
    <Panel title="How fresh the data is">
      <Asked query={query}>
        {(list) => {
          const sources = bySource(list.freshness)
          if (sources.length === 0) {
            return (
              <p className="empty">
                Nothing was read from Canvas yet. Begin with <code>canvas-sync-monitor sync</code>.
              </p>
            )
          }
          return (
            <>
              <SourceTable sources={sources} />
              {list.next_cursor === null ? null : (
                <p className="hint">These are the {countText(list.count)} stalest lists; there are more.</p>
              )}
            </>
          )
        }}
      </Asked>
    </Panel>
  )
}

function SourceTable({ sources }: { readonly sources: readonly SourceFreshness[] }): ReactNode {
  return (
    <div className="wide" role="group" aria-label="Sources" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Oldest whole read</th>
            <th scope="col">Of</th>
            <th scope="col" className="numeric">
              Lists
            </th>
            <th scope="col" className="numeric">
              Never read whole
            </th>
            <th scope="col" className="numeric">
              Deletions held
            </th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.source_id}>
              <th scope="row">{source.words}</th>
              <td>{source.oldest_ms === null ? '–' : <Ago at_ms={source.oldest_ms} />}</td>
              <td>{source.oldest_words ?? '–'}</td>
              <td className="numeric">{countText(source.lists)}</td>
              <td className="numeric">{countText(source.never)}</td>
              <td className="numeric">{countText(source.deletions_held)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
