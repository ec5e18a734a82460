import type { ReactNode } from 'react'

/** Whether the server itself is well, and what it keeps. */
export function SystemPage(): ReactNode {
  return (
    <header className="page-head">
      <h1>System</h1>
    </header>
  )
}
