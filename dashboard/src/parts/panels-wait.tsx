import type { ReactNode } from 'react'

/** Room like that of panels, until all that they are drawn from is there: they come at once, and nothing jumps. */
export function PanelsWait(): ReactNode {
  return (
    <div className="page-waits" role="status">
      <span className="visually-hidden">Loading…</span>
      <i className="skeleton skeleton-panel" />
      <i className="skeleton skeleton-panel" />
      <i className="skeleton skeleton-panel" />
    </div>
  )
}
