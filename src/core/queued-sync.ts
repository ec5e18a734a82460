import type { SyncErrorType } from './error-types.ts'
import { ERROR_TYPE_FACTS } from './error-types.ts'
import type { SyncStatus } from './sync-status.ts'

/** What a worker is asked to do. It names its source; where that is and its token are known to workers alone. */
export interface QueuedSync {
  /** Name of one Canvas host and one token. One sync of a source runs at a time, over all workers. */
  readonly source: string
  /** `all`, `courses`, `assignments`, `submissions` or `grades`. */
  readonly sync_type: string
  readonly user_id: string | null
  /** Canvas's ids; none: all courses of the token's owner, or of `account`. */
  readonly courses: readonly string[]
  readonly account: string | null
  /** Reads everything whole instead of what changed. */
  readonly full: boolean
  readonly accept_deletions: boolean
  readonly trigger: string
  /** The task id of its first attempt; null: the id of the job. */
  readonly task_id: string | null
  /** So many attempts at most, those counted whose worker died; not those that a worker handed back. */
  readonly most_attempts: number
  /** The name of the schedule that made it. */
  readonly schedule: string | null
}

/** `ended`: its result says how. */
export type QueueJobState = 'queued' | 'running' | 'ended'

/** How a job ended: as its last sync did. */
export interface QueueJobResult {
  /** `lost`: no attempt is left, and the last one lost its worker. */
  readonly status: SyncStatus
  readonly error_type: SyncErrorType | null
  /** Row of the last attempt; null when none was started. */
  readonly sync_id: number | null
}

export const MOST_ATTEMPTS_DEFAULT = 5

/** What is known when an attempt has ended. */
export interface AttemptEnd {
  readonly status: SyncStatus
  readonly error_type: SyncErrorType | null
  /** Somebody asked for it to be cancelled. */
  readonly cancel_requested: boolean
  /** The worker ends and stopped the sync for that. */
  readonly handing_back: boolean
  /** Attempts that count, with this one. */
  readonly attempts: number
  readonly most_attempts: number
}

/** `end`: the job ends as the sync did. `retry`: again after a while. `hand_back`: again, by another worker, at once. */
export type AfterAttempt =
  | { readonly next: 'end' }
  | { readonly next: 'retry'; readonly delay_ms: number }
  | { readonly next: 'hand_back' }

const FIRST_DELAY_MS = 30_000
/** Canvas's bucket is full again within minutes, whoever emptied it. */
const THROTTLED_DELAY_MS = 120_000
const LONGEST_DELAY_MS = 3_600_000

/**
 * What becomes of a job after an attempt. Only what may go better by waiting is tried again: never a token, a permission
 * or an empty answer.
 *
 * @param random uniform in [0, 1): attempts that failed together do not come back together
 */
export function afterAttempt(end: AttemptEnd, random: number): AfterAttempt {
  if (end.cancel_requested) return { next: 'end' }
  if (end.status === 'cancelled') return end.handing_back ? { next: 'hand_back' } : { next: 'end' }
  if (end.status !== 'failed' || !isWorthRetry(end.error_type)) return { next: 'end' }
  if (end.attempts >= end.most_attempts) return { next: 'end' }
  return { next: 'retry', delay_ms: retryDelay(end.error_type, end.attempts, random) }
}

/** An outage of our own database ends as well. */
function isWorthRetry(error_type: SyncErrorType | null): boolean {
  return error_type !== null && (ERROR_TYPE_FACTS[error_type].retryable || error_type === 'storage')
}

/** 30 s (2 min after Canvas's throttle), doubled with each attempt up to an hour, less up to a quarter. */
export function retryDelay(error_type: SyncErrorType | null, attempts: number, random: number): number {
  const first_ms = error_type === 'throttled' ? THROTTLED_DELAY_MS : FIRST_DELAY_MS
  const delay_ms = Math.min(LONGEST_DELAY_MS, first_ms * 2 ** Math.max(0, Math.min(20, attempts - 1)))
  return Math.round(delay_ms * (1 - random / 4))
}
