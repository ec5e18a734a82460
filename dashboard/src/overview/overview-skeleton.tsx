import type { ReactNode } from 'react'

/** Room like that of the page, until its first answers are there: all of them come at once, and nothing jumps. */
export function OverviewSkeleton(): ReactNode {
  return (
    <div className="overview-skeleton" role="status">
      <span className="visually-hidden">Loading…</span>
      <i className="skeleton skeleton-panel" />
      <i className="skeleton skeleton-panel" />
      <i className="skeleton skeleton-panel" />
    </div>
  )
}
