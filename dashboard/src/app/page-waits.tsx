import type { ReactNode } from 'react'

/** The room of a page that is still on its way. */
export function PageWaits(): ReactNode {
  return (
    <div className="page-waits" role="status" aria-label="The page is loading">
      <span className="skeleton skeleton-title" />
      <span className="skeleton skeleton-panel" />
      <span className="skeleton skeleton-panel" />
    </div>
  )
}
