import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import { countText } from '../parts/number-text.ts'
import { Asked, Panel } from '../parts/panel.tsx'
import { bySource, targetText, type SourceFreshness } from './source-freshness.ts'
import { SourceRow } from './source-row.tsx'

/** So many are seen at once; the others are a click away. */
const MOST_AT_ONCE = 5

export function FreshnessPanel({ query }: { readonly query: UseQueryResult<FreshnessList> }): ReactNode {
  return (
    <Panel title="How fresh the data is">
      <Asked query={query}>
        {(list) => {
          const sources = bySource(list.freshness)
          if (sources.length === 0) return <NothingRead />
          return (
            <>
              <p className="hint">
                Target: every list read whole within {targetText(list.target_seconds)}. The line in each bar
                is the target.
              </p>
              <Sources sources={sources} target_seconds={list.target_seconds} />
              {list.next_cursor === null ? null : (
                <p className="hint">
                  Of the {countText(list.count)} stalest lists. What is not here is fresher than they are.
                </p>
              )}
            </>
          )
        }}
      </Asked>
    </Panel>
  )
}

function NothingRead(): ReactNode {
  return (
    <p className="empty">
      Nothing was read from Canvas yet. Begin with <code>npx canvas-sync-monitor sync</code>.
    </p>
  )
}

interface SourcesProps {
  readonly sources: readonly SourceFreshness[]
  readonly target_seconds: number
}

function Sources({ sources, target_seconds }: SourcesProps): ReactNode {
  const rows = (some: readonly SourceFreshness[]): ReactNode => (
    <ul className="sources">
      {some.map((source) => (
        <SourceRow key={source.source_id} source={source} target_seconds={target_seconds} />
      ))}
    </ul>
  )
  const others = sources.slice(MOST_AT_ONCE)
  return (
    <>
      {rows(sources.slice(0, MOST_AT_ONCE))}
      {others.length === 0 ? null : (
        <details className="more-sources">
          <summary>
            {countText(others.length)} more {others.length === 1 ? 'source' : 'sources'}
          </summary>
          {rows(others)}
        </details>
      )}
    </>
  )
}
