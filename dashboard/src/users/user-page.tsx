import type { ReactNode } from 'react'

/** One user: what was synced for them, and how fresh it is. */
export function UserPage(): ReactNode {
  return (
    <header className="page-head">
      <h1>User</h1>
    </header>
  )
}
