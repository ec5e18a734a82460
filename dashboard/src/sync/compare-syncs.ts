import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { isFailed } from './failure-groups.ts'

/** A figure of a sync beside that of the one before; null where it has none. */
export interface ComparedFigure {
  readonly words: string
  readonly unit: 'count' | 'seconds' | 'bytes'
  readonly now: number | null
  readonly before: number | null
}

/** The newest of a list that is the same kind of sync as the one given. */
export function previousOf(sync: SyncRecord, listed: readonly SyncRecord[]): SyncRecord | null {
  return (
    listed.find(
      (each) =>
        each.id !== sync.id &&
        each.user_id === sync.user_id &&
        each.sync_type === sync.sync_type &&
        each.target_course_id === sync.target_course_id,
    ) ?? null
  )
}

export function compareSyncs(now: SyncRecord, before: SyncRecord): ComparedFigure[] {
  const count = (words: string, of: (sync: SyncRecord) => number): ComparedFigure => {
    return { words, unit: 'count', now: of(now), before: of(before) }
  }
  return [
    {
      words: 'Duration',
      unit: 'seconds',
      now: now.total_duration_seconds,
      before: before.total_duration_seconds,
    },
    count('Courses', ({ courses }) => courses.processed),
    count('Assignments', ({ assignments }) => assignments.processed),
    count('Submissions', ({ submissions }) => submissions.processed),
    count('Calls to Canvas', ({ api_metrics }) => api_metrics.calls_made),
    count('Failed calls', ({ api_metrics }) => api_metrics.calls_failed),
    {
      words: 'Waits for throttle and retries',
      unit: 'seconds',
      now: now.api_metrics.throttle_wait_ms / 1000,
      before: before.api_metrics.throttle_wait_ms / 1000,
    },
    { words: 'Data', unit: 'bytes', now: now.data_size_bytes, before: before.data_size_bytes },
  ]
}

export interface OutcomeChanges {
  /** Failed now and did not before. */
  readonly newly_failing: readonly CourseOutcomeRecord[]
  readonly still_failing: readonly CourseOutcomeRecord[]
  /** Failed before and do not now. */
  readonly recovered: readonly CourseOutcomeRecord[]
}

export function outcomeChanges(
  now: readonly CourseOutcomeRecord[],
  before: readonly CourseOutcomeRecord[],
): OutcomeChanges {
  const failed_before = new Set(before.filter(isFailed).map(({ course_id }) => course_id))
  const failed_now = now.filter(isFailed)
  return {
    newly_failing: failed_now.filter(({ course_id }) => !failed_before.has(course_id)),
    still_failing: failed_now.filter(({ course_id }) => failed_before.has(course_id)),
    recovered: now.filter((course) => !isFailed(course) && failed_before.has(course.course_id)),
  }
}
