import type { SyncCounters } from './sync-record.ts'
import type { SyncStatus } from './sync-status.ts'
import type { Verdict } from './verdict.ts'

/** So many completed syncs before it must all have read something: fewer do not say what is usual. */
export const SYNCS_COMPARED = 3

/** How a sync ends that read nothing where those before it read something. */
export const UNEXPECTEDLY_EMPTY: Verdict & {
  readonly status: 'failed'
  readonly error_type: 'unexpected_empty'
} = {
  status: 'failed',
  error_type: 'unexpected_empty',
  error_message: 'The sync read nothing, although the three completed ones before it read something.',
}

export interface EndingSync {
  /** How it would end. */
  readonly status: SyncStatus
  /** Its job says that there may well be nothing. */
  readonly may_be_empty: boolean
  readonly incremental_sync: boolean
  readonly has_outcomes: boolean
  /** By {@link processedOf}. */
  readonly processed: number
}

type Processed = Pick<
  SyncCounters,
  'courses_processed' | 'assignments_processed' | 'submissions_processed' | 'grades_processed'
>

/** Of a job that says neither whose nor what its syncs are, nobody knows which ones are its own: others may say as little. */
export const isNameless = (sync: {
  readonly user_id: string | null
  readonly sync_type: string
  readonly target_course_id: string | null
}): boolean => sync.user_id === null && sync.sync_type === 'all' && sync.target_course_id === null

/** How much a sync has read. */
export const processedOf = (counters: Readonly<Processed>): number =>
  counters.courses_processed +
  counters.assignments_processed +
  counters.submissions_processed +
  counters.grades_processed

/**
 * Whether the syncs before it are to be asked at all. An incremental sync finds nothing when nothing has changed, and one
 * with courses is judged by them.
 */
export const mayBeUnexpectedlyEmpty = (sync: EndingSync): boolean =>
  sync.status === 'completed' &&
  !sync.may_be_empty &&
  !sync.incremental_sync &&
  !sync.has_outcomes &&
  sync.processed === 0

/**
 * Whether a sync that would end `completed` is `failed` instead.
 *
 * @param before what the newest completed syncs like it have read, newest first. A job that never records anything has read
 *   nothing in any of them.
 */
export function isUnexpectedlyEmpty(sync: EndingSync, before: readonly number[]): boolean {
  const compared = before.slice(0, SYNCS_COMPARED)
  return (
    mayBeUnexpectedlyEmpty(sync) &&
    compared.length === SYNCS_COMPARED &&
    compared.every((processed) => processed > 0)
  )
}
