import type { ReactNode } from 'react'
import type { SyncStatus } from '../../../src/core/sync-status.ts'
import type { SignShape } from './mark.ts'
import { Sign } from './sign.tsx'

/** Shape and word say what the colour says. */
const MARKS: Readonly<Record<SyncStatus, { readonly shape: SignShape; readonly words: string }>> = {
  in_progress: { shape: 'play', words: 'Running' },
  completed: { shape: 'check', words: 'Completed' },
  partial: { shape: 'half', words: 'Partial' },
  failed: { shape: 'cross', words: 'Failed' },
  cancelled: { shape: 'barred', words: 'Cancelled' },
  lost: { shape: 'question', words: 'Lost' },
  timed_out: { shape: 'clock', words: 'Timed out' },
}

/** What a status is called. */
export const statusWords = (status: SyncStatus): string => MARKS[status].words

export function StatusMark({ status }: { readonly status: SyncStatus }): ReactNode {
  const { shape, words } = MARKS[status]
  return (
    <span className={`status status-${status}`}>
      <Sign shape={shape} /> {words}
    </span>
  )
}
