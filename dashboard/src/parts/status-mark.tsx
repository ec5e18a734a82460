import type { ReactNode } from 'react'
import type { SyncStatus } from '../../../src/core/sync-status.ts'

/** Shape and word say what the colour says. */
const MARKS: Readonly<Record<SyncStatus, { readonly shape: string; readonly words: string }>> = {
  in_progress: { shape: '▶', words: 'Running' },
  completed: { shape: '✓', words: 'Completed' },
  partial: { shape: '◐', words: 'Partial' },
  failed: { shape: '✕', words: 'Failed' },
  cancelled: { shape: '⊘', words: 'Cancelled' },
  lost: { shape: '?', words: 'Lost' },
  timed_out: { shape: '⧖', words: 'Timed out' },
}

export function StatusMark({ status }: { readonly status: SyncStatus }): ReactNode {
  const { shape, words } = MARKS[status]
  return (
    <span className={`status status-${status}`}>
      <span aria-hidden="true">{shape}</span> {words}
    </span>
  )
}
