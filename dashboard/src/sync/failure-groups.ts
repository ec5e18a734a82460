import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import { errorTypeFacts, type SyncErrorType } from '../../../src/core/error-types.ts'

export type FailedOutcome = 'failed' | 'forbidden'

/** Courses that went wrong for the same reason. */
export interface FailureGroup {
  readonly outcome: FailedOutcome
  readonly error_type: SyncErrorType | null
  /** Of the first course. */
  readonly message: string
  readonly next_step: string | null
  /** In the order in which they began. */
  readonly courses: readonly CourseOutcomeRecord[]
}

export const isFailed = ({ outcome }: Pick<CourseOutcomeRecord, 'outcome'>): boolean =>
  outcome === 'failed' || outcome === 'forbidden'

/** By error type, and without one by its words; those with most courses first, of equals the first. */
export function failureGroups(courses: readonly CourseOutcomeRecord[]): FailureGroup[] {
  const groups = Map.groupBy(courses.filter(isFailed), ({ outcome, error_type, error_message }) =>
    error_type === null ? `${outcome} ${error_message ?? ''}` : error_type,
  )
  return Array.from(groups.values(), groupOf).toSorted((a, b) => b.courses.length - a.courses.length)
}

function groupOf(courses: readonly CourseOutcomeRecord[]): FailureGroup {
  const [first] = courses
  const error_type = first?.error_type ?? null
  return {
    outcome: first?.outcome === 'forbidden' ? 'forbidden' : 'failed',
    error_type,
    message: first?.error_message ?? first?.reason ?? 'It did not say why.',
    next_step: errorTypeFacts(error_type)?.next_step ?? null,
    courses,
  }
}
