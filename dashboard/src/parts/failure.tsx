import type { ReactNode } from 'react'

interface FailureProps {
  readonly error: Error
  readonly onRetry: () => void
}

/** What could not be loaded, and what to do. */
export function Failure({ error, onRetry }: FailureProps): ReactNode {
  return (
    <div className="failure" role="alert">
      <p>{error.message}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}
