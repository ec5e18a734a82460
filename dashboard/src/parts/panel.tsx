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
    <p className="outdated">
      As of <Ago at_ms={at_ms} />. <span role="status">{error.message}</span>
    </p>
  )
}

interface AskedProps<T> {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
  /** How many lines it will take, so that nothing moves when it is there; by default three. */
  readonly lines?: number
}

/** Room for what is asked for. */
export function Waits({ lines = 3 }: { readonly lines?: number }): ReactNode {
  return (
    <div className="waits" role="status">
      <span className="visually-hidden">Loading…</span>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} className="skeleton" />
      ))}
    </div>
  )
}

/** What a query brought; before that, room of the same height, and instead of it, why there is nothing. */
export function Asked<T>({ query, children, lines }: AskedProps<T>): ReactNode {
  if (query.data !== undefined) {
    return (
      <>
        {query.error === null ? null : <Outdated at_ms={query.dataUpdatedAt} error={query.error} />}
        {children(query.data)}
      </>
    )
  }
  if (query.error !== null) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  return <Waits {...(lines === undefined ? {} : { lines })} />
}
