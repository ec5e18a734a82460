import type { SyncCounters } from '../../src/core/sync-record.ts'
import { SYNC_STATUSES, type SyncStatus } from '../../src/core/sync-status.ts'
import { bucketStart, bucketStartFrom } from '../../src/core/time-buckets.ts'
import type { SyncTotals } from '../../src/store/sync-figures.ts'

/** A sync as a test remembers it. */
export interface CountedSync {
  readonly user_id: string | null
  readonly start: number
  status: SyncStatus
  duration_seconds: number | null
  counters: SyncCounters
  /** Its row is gone; the sums keep it. */
  deleted: boolean
  fingerprint: string | null
  message: string | null
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)

/** What `SyncTotals` says of these syncs, counted one by one, with durations to the microsecond. */
export function naiveTotals(
  syncs: readonly CountedSync[],
  since: number,
  user_ids?: readonly string[],
  status?: SyncStatus,
  until: number = Number.MAX_SAFE_INTEGER,
): SyncTotals {
  // Where the window begins or ends inside of a bucket it is read from rows, and there deleted ones are gone.
  const bucket = user_ids === undefined ? '5m' : 'day'
  const kept_from = bucketStartFrom(bucket, since)
  const kept_until = bucketStart(bucket, until)
  const counted = syncs
    .filter((sync) => sync.start >= (sync.deleted ? kept_from : since))
    .filter((sync) => sync.start < (sync.deleted ? kept_until : until))
    .filter((sync) => user_ids === undefined || user_ids.includes(sync.user_id ?? '-'))
    .filter((sync) => status === undefined || sync.status === status)
  const having = (...statuses: SyncStatus[]): number =>
    counted.filter((sync) => statuses.includes(sync.status)).length
  const of = (value: (counters: SyncCounters) => number): number =>
    sum(counted.map(({ counters }) => value(counters)))
  const microseconds = (seconds: number | null): number => Math.round((seconds ?? 0) * 1e6)
  const completed = counted
    .filter((sync) => sync.status === 'completed')
    .map((sync) => microseconds(sync.duration_seconds) / 1e6)
  return {
    syncs: counted.length,
    finished: counted.length - having('in_progress'),
    completed: completed.length,
    failed: having('failed', 'lost', 'timed_out'),
    by_status: Object.fromEntries(SYNC_STATUSES.map((each) => [each, having(each)])) as Record<
      SyncStatus,
      number
    >,
    duration_seconds: sum(counted.map((sync) => microseconds(sync.duration_seconds))) / 1e6,
    duration_min_seconds: completed.length === 0 ? null : Math.min(...completed),
    duration_max_seconds: completed.length === 0 ? null : Math.max(...completed),
    courses: of((counters) => counters.courses_processed),
    assignments: of((counters) => counters.assignments_processed),
    submissions: of((counters) => counters.submissions_processed),
    grades: of((counters) => counters.grades_processed),
    items_created: of((each) => each.courses_created + each.assignments_created + each.submissions_created),
    items_updated: of(
      (each) =>
        each.courses_updated + each.assignments_updated + each.submissions_updated + each.grades_updated,
    ),
    api_calls: of((counters) => counters.api_calls_made),
    api_failures: of((counters) => counters.api_calls_failed),
    api_duration_ms: of((counters) => Math.round(counters.total_api_duration_ms * 1000)) / 1000,
    rate_limit_hits: of((counters) => counters.api_rate_limit_hits),
    db_operations: of((counters) => counters.db_operations),
    db_duration_ms: of((counters) => Math.round(counters.db_duration_ms * 1000)) / 1000,
    data_bytes: of((counters) => counters.total_data_size_bytes),
    throttle_wait_seconds: of((counters) => Math.round(counters.throttle_wait_ms * 1000)) / 1e6,
    request_cost: of((counters) => Math.round(counters.api_request_cost * 1000)) / 1000,
  }
}
