import { useId, type ReactNode } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'
import { Failure } from './failure.tsx'
import { Ago } from './time-text.tsx'

interface PanelProps {
  readonly title: string
  /** Stands beside the title. */
  readonly aside?: ReactNode
  readonly children: ReactNode
}

export function Panel({ title, aside, children }: PanelProps): ReactNode {
  const heading = useId()
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

/** What is shown is of before, and says so. */
function Outdated({ at_ms, error }: { readonly at_ms: number; readonly error: Error }): ReactNode {
  return (
    <p className="outdated" role="status">
      As of <Ago at_ms={at_ms} />. {error.message}
    </p>
  )
}

interface AskedProps<T> {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
}

/** What a query brought; before that, room of the same height, and instead of it, why there is nothing. */
export function Asked<T>({ query, children }: AskedProps<T>): ReactNode {
  if (query.data !== undefined) {
    return (
      <>
        {query.error === null ? null : <Outdated at_ms={query.dataUpdatedAt} error={query.error} />}
        {children(query.data)}
      </>
    )
  }
  if (query.error !== null) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  return <p className="waits">Loading…</p>
}
