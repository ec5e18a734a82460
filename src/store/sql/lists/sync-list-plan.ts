import type { SyncStatus } from '../../../core/sync-status.ts'
import type { SyncCondition, SyncSort } from '../../sync-lists.ts'

/** What a list of syncs can be walked along: each has its index, in the order of the start times or durations. */
export type SyncListDriver =
  | 'user'
  | 'user_troubled'
  | 'error_group'
  | 'source'
  | 'course'
  | 'error_type'
  | 'status'
  | 'error_text'
  | 'start'
  | 'duration'
  | 'user_duration'

export interface SyncListPlan {
  readonly driver: SyncListDriver
  /** The members of the condition that the walk itself fulfils; each row is held against the others. */
  readonly fulfilled: ReadonlySet<keyof SyncCondition>
  /**
   * For a list by duration: what else finds its rows. When these are few, they are sorted; a walk along all
   * durations would pass millions of others. Null when there is nothing else.
   */
  readonly if_few: SyncListPlan | null
}

/** Each member of a list is a range of the index, and ranges are merged: not too many at once. */
const MOST_RANGES = 8

/** What ended, but not as it should: a few of a hundred. */
export const TROUBLED_STATUSES: ReadonlySet<SyncStatus> = new Set([
  'failed',
  'partial',
  'cancelled',
  'lost',
  'timed_out',
])

const TIMES = ['since', 'until'] as const

/**
 * Which index finds the rows of a list with the fewest others among them. The more selective comes first: a group of
 * errors or a source has fewer syncs than an error type, and that has fewer than a status.
 */
export function planSyncList(condition: SyncCondition, sort: SyncSort): SyncListPlan {
  const { driver, fulfilled } = planByStart(condition)
  const by_start: SyncListPlan = { driver, fulfilled: new Set([...fulfilled, ...TIMES]), if_few: null }
  if (sort === 'newest' || sort === 'oldest') return by_start
  const of_users: SyncListPlan = { driver: 'user_duration', fulfilled: DURATIONS_OF_USERS, if_few: null }
  if (driver === 'user' && fulfilsAll(of_users, condition)) return of_users
  const narrowed = driver !== 'start' || condition.since !== undefined || condition.until !== undefined
  return {
    driver: 'duration',
    fulfilled: new Set(['min_duration_ms', 'max_duration_ms']),
    if_few: narrowed ? by_start : null,
  }
}

const DURATIONS_OF_USERS: SyncListPlan['fulfilled'] = new Set([
  'user_ids',
  'min_duration_ms',
  'max_duration_ms',
])

function fulfilsAll({ fulfilled }: SyncListPlan, condition: SyncCondition): boolean {
  return Object.entries(condition).every(
    ([name, value]) => value === undefined || fulfilled.has(name as keyof SyncCondition),
  )
}

/** Whether a plan walks along durations, not start times. */
export function isByDuration({ driver }: SyncListPlan): boolean {
  return driver === 'duration' || driver === 'user_duration'
}

interface Choice {
  readonly driver: SyncListDriver
  readonly fulfilled: readonly (keyof SyncCondition)[]
}

function planByStart(condition: SyncCondition): Choice {
  const { user_ids, statuses, error_types, error_text } = condition
  const users = user_ids !== undefined && user_ids.length <= MOST_RANGES
  const troubled = statuses?.every((status) => TROUBLED_STATUSES.has(status)) === true
  if (statuses?.every((status) => status === 'in_progress') === true) {
    // They are few by nature.
    return { driver: 'status', fulfilled: ['statuses'] }
  }
  if (users) return { driver: troubled ? 'user_troubled' : 'user', fulfilled: ['user_ids'] }
  if (condition.error_group_id !== undefined) return { driver: 'error_group', fulfilled: ['error_group_id'] }
  if (condition.source_id !== undefined) return { driver: 'source', fulfilled: ['source_id'] }
  if (condition.course_id !== undefined) return { driver: 'course', fulfilled: ['course_id'] }
  if (error_types !== undefined && error_types.length <= MOST_RANGES) {
    return { driver: 'error_type', fulfilled: ['error_types'] }
  }
  // Syncs in trouble have a message, so that those of their statuses are no more than all that have one.
  if (error_text !== undefined && !troubled) return { driver: 'error_text', fulfilled: [] }
  if (statuses !== undefined) return { driver: 'status', fulfilled: ['statuses'] }
  return { driver: 'start', fulfilled: [] }
}
