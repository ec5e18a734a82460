import type { CanvasClient } from '../canvas/types.ts'
import type { Clock } from '../core/clock.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { EntityCounts, SyncedEntity } from '../core/synced-entity.ts'
import type { Source, SyncedDataStore } from '../store/synced-data-store.ts'
import type { Sync } from '../tracker/types.ts'
import type { ListedCourse } from './course.ts'

/** Told what the engine does, for a live display; must not throw. */
export interface EngineObserver {
  started?(sync: Sync, client: CanvasClient): void
  coursesListed?(courses: readonly ListedCourse[]): void
  courseStarted?(course: ListedCourse): void
  rows?(course_id: string | null, entity: SyncedEntity, rows: number): void
  courseFinished?(course: ListedCourse, outcome: CourseOutcome): void
}

/** What the parts of one running sync share. */
export interface EngineContext {
  readonly sync: Sync
  readonly client: CanvasClient
  readonly data: SyncedDataStore
  readonly source: Source
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly full: boolean
  /** Lifts the brake that holds deletions when too much is gone. */
  readonly accept_deletions: boolean
  readonly full_read_every_ms: number
  readonly observer: EngineObserver
}

/** Records one batch of written rows in the sync. */
export function recordBatch(
  { sync, observer }: EngineContext,
  course_id: string | null,
): (batch: { entity: SyncedEntity; counts: EntityCounts; rows: number; duration_ms: number }) => void {
  return ({ entity, rows, duration_ms }) => {
    sync.recordDbOperation({
      operation: 'sync',
      entity,
      count: rows,
      durationMs: duration_ms,
      batch: true,
      ...(course_id === null ? {} : { courseId: course_id }),
    })
    observer.rows?.(course_id, entity, rows)
  }
}
