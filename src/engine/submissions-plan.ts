import type { EntityCounts } from '../core/synced-entity.ts'
import type { ListingState } from '../store/synced-data-store.ts'

/** How far an incremental read looks back behind the last one: clocks differ, and Canvas writes late. */
export const OVERLAP_MS: number = 10 * 60_000

/** After this long the incremental reads are checked by a whole one. */
export const FULL_READ_EVERY_MS: number = 24 * 3_600_000

export type SubmissionsPlan =
  | { readonly read: 'full'; readonly reason: string }
  | { readonly read: 'incremental'; readonly since: number }

/**
 * Whether the submissions of a course must be read whole, or only what Canvas dates since the last read
 * (`submitted_since`, `graded_since`). Canvas dates neither new placeholder rows of a new student or assignment,
 * nor rows that vanish, nor a moved due date, so the store voids `read_through_at` when students or assignments
 * change, whichever sync sees it; what else is not dated (a cleared grade, a changed late policy) shows at the
 * next whole read.
 */
export function planSubmissions(facts: {
  readonly full: boolean
  readonly concluded: boolean
  readonly now: number
  readonly full_read_every_ms: number
  readonly state: ListingState | null
}): SubmissionsPlan {
  const { state } = facts
  if (facts.full) return { read: 'full', reason: 'asked for' }
  if (facts.concluded) return { read: 'full', reason: 'last read of a concluded course' }
  if (state?.last_complete_at == null) return { read: 'full', reason: 'first read' }
  if (state.read_through_at === null) return { read: 'full', reason: 'students or assignments changed' }
  const age_ms = facts.now - state.last_complete_at
  if (age_ms >= facts.full_read_every_ms || age_ms < 0)
    return { read: 'full', reason: 'last whole read too old' }
  if (state.deletions_held > 0) return { read: 'full', reason: 'deletions are held' }
  return { read: 'incremental', since: state.read_through_at - OVERLAP_MS }
}

/**
 * Whether an incremental read has overlooked something: grades of students changed, but no submission did.
 * Clearing a grade looks like this.
 */
export function overlookedGrades(enrollments: EntityCounts | null, submissions: EntityCounts): boolean {
  return enrollments !== null && enrollments.regraded > 0 && submissions.created + submissions.updated === 0
}
