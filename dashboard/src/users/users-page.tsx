import type { ReactNode } from 'react'

/** Whose data is fresh, and whose is not. */
export function UsersPage(): ReactNode {
  return (
    <header className="page-head">
      <h1>Users</h1>
    </header>
  )
}
