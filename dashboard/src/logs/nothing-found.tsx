import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { Failure } from '../parts/failure.tsx'
import { filtersOf } from './log-filters.ts'
import type { LineWindow } from './line-window.ts'
import type { WindowView } from './window-view.ts'

interface NothingFoundProps {
  readonly window: LineWindow
  readonly view: WindowView
}

/** Why the list is empty, and what to do. */
export function NothingFound({ window, view }: NothingFoundProps): ReactNode {
  const [address] = useSearchParams()
  const { rows, older, newer } = view
  if (rows.length > 0) return null
  const failed = [older, newer].find(({ error }) => error !== null)
  if (failed?.error != null) {
    return (
      <Failure
        error={failed.error}
        onRetry={() => {
          void window.fill()
        }}
      />
    )
  }
  if (older.state !== 'end' || newer.state !== 'end') return null
  if (Object.keys(filtersOf(address)).length > 0) {
    return <p className="empty">No line is like that. Remove a filter, or take a longer time.</p>
  }
  return (
    <p className="empty">
      Nothing was logged yet. A sync writes lines:{' '}
      <code>canvas-sync-monitor sync --base-url URL --token-file FILE</code>
    </p>
  )
}
