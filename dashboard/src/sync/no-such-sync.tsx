import type { ReactNode } from 'react'
import { Link } from 'wouter'

export function NoSuchSync({ id }: { readonly id: string }): ReactNode {
  return (
    <section className="empty no-such-sync">
      <h1>There is no sync {id.slice(0, 100)}</h1>
      <p>
        It may have been deleted with the old ones, belong to a user whose syncs you may not see, or the link
        may not be whole. Of a sync that you know by its task id, ask:
      </p>
      <p>
        <code>canvas-sync-monitor syncs show TASK-ID</code>
      </p>
      <p>
        <Link href="/syncs">All syncs</Link>
      </p>
    </section>
  )
}
