import type { ReactNode } from 'react'

/** How long syncs take, what is slow, and what it will come to. */
export function PerformancePage(): ReactNode {
  return (
    <header className="page-head">
      <h1>Performance</h1>
    </header>
  )
}
