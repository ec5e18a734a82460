import type { ReactNode } from 'react'
import { Link } from 'wouter'

export function NotFoundPage(): ReactNode {
  return (
    <section className="empty">
      <h1>There is no such page</h1>
      <p>
        The address may be from another version. <Link href="/">Go to the overview</Link>.
      </p>
    </section>
  )
}
