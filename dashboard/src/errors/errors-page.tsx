import type { ReactNode } from 'react'

/** Which errors there are, how often, and whom they touch. */
export function ErrorsPage(): ReactNode {
  return (
    <header className="page-head">
      <h1>Errors</h1>
    </header>
  )
}
