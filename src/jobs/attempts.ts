import type { SyncStatus } from '../core/sync-status.ts'

/** The most characters of a task id. */
const LONGEST = 255

/**
 * The task id of one attempt of a job: that of the job for the first, `<it>#2` for the second, as for any task id that is
 * used again.
 */
export function attemptTaskId(job_task_id: string, attempt: number): string {
  const suffix = attempt > 1 ? `#${attempt}` : ''
  return job_task_id.slice(0, LONGEST - suffix.length) + suffix
}

/** The sync of the attempt before, as far as it is known. */
export interface EarlierAttempt {
  readonly task_id: string
  /** Null where it cannot be asked for: its row is on a server far away, or was never written. */
  readonly status: SyncStatus | null
}

const ENDS: Readonly<Record<SyncStatus, string>> = {
  in_progress: 'has not ended',
  completed: 'was completed',
  partial: 'was partial',
  failed: 'failed',
  cancelled: 'was cancelled',
  lost: 'is lost: its process is gone',
  timed_out: 'ran too long',
}

/** What the operations log says of a retry. */
export function retrySentence(attempt: number, { task_id, status }: EarlierAttempt): string {
  const before = status === null ? `after ${task_id}` : `the one before, ${task_id}, ${ENDS[status]}`
  return `Attempt ${attempt} of this job; ${before}.`
}
