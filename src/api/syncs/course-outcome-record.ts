import type { CourseOutcome } from '../../core/sync-record.ts'
import { emitUserId } from '../../core/user-id.ts'
import type { CourseOutcomeRecord } from './sync-schemas.ts'

const isoTime = (at_ms: number): string => new Date(at_ms).toISOString()

export function toCourseOutcomeRecord(outcome: CourseOutcome): CourseOutcomeRecord {
  const { rows_deleted, deletions_held, ...rest } = outcome
  return {
    ...rest,
    course_id: emitUserId(outcome.course_id),
    started_at: isoTime(outcome.started_at),
    finished_at: isoTime(outcome.finished_at),
    deletions: { deleted: rows_deleted, held: deletions_held },
  }
}
