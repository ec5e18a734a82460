import type { StatusChangeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import { ERROR_REASONS } from './error-reasons.ts'

export interface StatusChapter {
  readonly at_ms: number
  readonly words: string
}

const ENDS: Readonly<Record<string, string>> = {
  completed: 'Ended, completed',
  partial: 'Ended, partial',
  failed: 'Ended, failed',
  cancelled: 'Was cancelled',
  lost: 'Was taken for lost',
  timed_out: 'Was ended by its time limit',
}

/** What its statuses say happened to a sync, in their order. */
export function statusStory(changes: readonly StatusChangeRecord[]): StatusChapter[] {
  return changes.map(({ old_status, new_status, reason, changed_at }) => {
    return { at_ms: Date.parse(changed_at), words: `${wordsOf(old_status, new_status)}${because(reason)}` }
  })
}

/** A reason is the type of an error, a word of the monitor's own, or a sentence. */
function because(reason: string | null): string {
  if (reason === null || reason === 'late_finish') return '.'
  const words: Readonly<Record<string, string>> = ERROR_REASONS
  const text = Object.hasOwn(words, reason) ? (words[reason] ?? reason) : reason
  return `: ${text}${/[.!?]$/.test(text) ? '' : '.'}`
}

function wordsOf(
  old_status: StatusChangeRecord['old_status'],
  new_status: StatusChangeRecord['new_status'],
): string {
  if (old_status === null) return new_status === 'in_progress' ? 'Started' : (ENDS[new_status] ?? new_status)
  const end = ENDS[new_status] ?? new_status
  if (old_status !== 'lost') return end
  return `Told its end after all, which counts: ${end.charAt(0).toLowerCase()}${end.slice(1)}`
}

/** Whether there is more to tell than that it began and ended. */
export const isWorthTelling = (changes: readonly StatusChangeRecord[]): boolean =>
  changes.length > 2 ||
  changes.some(({ new_status }) => ['lost', 'timed_out', 'cancelled'].includes(new_status))
