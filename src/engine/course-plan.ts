import { errorTypeFacts } from '../core/error-types.ts'
import type { CourseOutcome, SyncRow } from '../core/sync-record.ts'
import type { Checkpoint, ListingState } from '../store/synced-data-store.ts'
import type { ListedCourse } from './course.ts'
import type { CourseEntity } from './entity-lists.ts'

/** How long after its last checkpoint an interrupted sync may be continued. */
export const RESUME_WINDOW_MS: number = 3_600_000

/** Whether a sync stopped before its end, so that the next one may go on where it stopped. */
export function wasInterrupted(sync: Pick<SyncRow, 'sync_status' | 'error_type'> | null): boolean {
  if (sync === null || sync.sync_status === 'in_progress' || sync.sync_status === 'completed') return false
  if (sync.sync_status !== 'partial') return true
  return errorTypeFacts(sync.error_type)?.token === true
}

/** The checkpoints that still count: all of them, or none when the newest is too old. */
export function usableCheckpoints(
  checkpoints: readonly Checkpoint[],
  now: number,
  window_ms: number,
): ReadonlyMap<string, Checkpoint> {
  const newest = checkpoints.reduce((latest, { saved_at }) => Math.max(latest, saved_at), 0)
  if (now - newest > window_ms) return new Map()
  return new Map(checkpoints.map((checkpoint) => [checkpoint.course_id, checkpoint]))
}

/** Courses that failed in the last sync come first: they have waited longest. */
export function orderCourses(
  courses: readonly ListedCourse[],
  last: readonly Pick<CourseOutcome, 'course_id' | 'outcome'>[],
): ListedCourse[] {
  const failed = new Set<string>()
  for (const { course_id, outcome } of last) if (outcome === 'failed') failed.add(course_id)
  return [...courses.filter(({ id }) => failed.has(id)), ...courses.filter(({ id }) => !failed.has(id))]
}

/** Why a course is left as it is, or null when it is to be read. */
export function whyFrozen(
  course: ListedCourse,
  entities: readonly CourseEntity[],
  listings: ReadonlyMap<CourseEntity, ListingState>,
): string | null {
  if (course.restricted) return 'closed by its dates: Canvas shows nothing of it, its rows are kept'
  if (!course.concluded) return null
  const read = entities.every((entity) => listings.get(entity)?.final === true)
  return read ? 'concluded and read to the end: its rows are kept' : null
}
