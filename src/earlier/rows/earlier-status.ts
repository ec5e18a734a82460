import type { SyncStatus } from '../../core/sync-status.ts'

/** The words of installations; an enumeration may stand behind its class (`SyncStatus.COMPLETED`). */
const WORDS: Readonly<Record<string, SyncStatus>> = {
  completed: 'completed',
  complete: 'completed',
  success: 'completed',
  successful: 'completed',
  succeeded: 'completed',
  done: 'completed',
  finished: 'completed',
  ok: 'completed',
  partial: 'partial',
  partially_completed: 'partial',
  partial_success: 'partial',
  completed_with_errors: 'partial',
  failed: 'failed',
  failure: 'failed',
  error: 'failed',
  errored: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  revoked: 'cancelled',
  aborted: 'cancelled',
  in_progress: 'in_progress',
  running: 'in_progress',
  started: 'in_progress',
  pending: 'in_progress',
  queued: 'in_progress',
  syncing: 'in_progress',
  processing: 'in_progress',
  retry: 'in_progress',
  lost: 'lost',
  stale: 'lost',
  timed_out: 'timed_out',
  timeout: 'timed_out',
  timedout: 'timed_out',
}

/** Undefined for a word of nobody. */
export function statusOf(word: string): SyncStatus | undefined {
  const plain = word
    .trim()
    .replace(/^[A-Za-z_]\w*\./, '')
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  return Object.hasOwn(WORDS, plain) ? WORDS[plain] : undefined
}
