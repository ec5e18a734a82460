import type { ErrorGroupDecision, ErrorGroupState } from '../core/error-group-state.ts'
import type { SyncErrorType } from '../core/error-types.ts'
import type { TimeBucket } from '../core/time-buckets.ts'
import type { AuditEntry } from './access-store.ts'

/** A number that is not counted on and on. */
export interface BoundedCount {
  readonly count: number
  /** There are more, or there may be. */
  readonly more: boolean
}

/** Syncs that failed for the same reason: one error type and one message, whose numbers and ids do not count. */
export interface ErrorGroup {
  readonly id: number
  readonly error_type: SyncErrorType | null
  /** The message of its newest sync. */
  readonly message: string
  /** Syncs of the window. */
  readonly syncs: number
  /** Those of them in the later half of the window. */
  readonly recent_syncs: number
  /** Over all time, epoch milliseconds. */
  readonly first_seen_at: number
  readonly last_seen_at: number
  /** Null when its rows were deleted since. */
  readonly last_sync_id: number | null
  readonly state: ErrorGroupState
  /** Epoch milliseconds; null unless it is muted. */
  readonly muted_until: number | null
  /** Among the newest syncs of the window. */
  readonly users: BoundedCount
  /** What these syncs were about, and the courses that went wrong in them. */
  readonly courses: BoundedCount
  /** Syncs of each bucket of {@link ErrorTrend}. */
  readonly trend: readonly number[]
}

/** The pieces of the window in which syncs are counted: hours, days or months of UTC; the first may be a part of one. */
export interface ErrorTrend {
  readonly bucket: Extract<TimeBucket, 'hour' | 'day' | 'month'>
  /** Epoch milliseconds. */
  readonly starts: readonly number[]
}

export const ERROR_GROUP_SORTS = ['most', 'newest', 'rising'] as const
/** `rising`: those that have most more in the later half of the window than in the earlier one. */
export type ErrorGroupSort = (typeof ERROR_GROUP_SORTS)[number]

/** Where a page ended. */
export interface ErrorGroupPlace {
  /** Of the order: syncs, the last start, or how many more. */
  readonly value: number
  readonly id: number
}

export interface ErrorGroupWindow {
  /** Syncs that started at or after, epoch milliseconds. */
  readonly since: number
  readonly now: number
  /** Only what syncs of these users say: counts, times and messages. */
  readonly user_ids?: readonly string[]
}

export interface ErrorGroupQuery extends ErrorGroupWindow {
  readonly states?: readonly ErrorGroupState[]
  readonly error_types?: readonly SyncErrorType[]
  /** The message of the newest sync contains it; the case of ASCII letters does not matter. */
  readonly text?: string
  /** Default: `most`. */
  readonly sort?: ErrorGroupSort
  readonly limit: number
  readonly after?: ErrorGroupPlace | null
}

export interface ErrorGroupPage {
  readonly groups: readonly ErrorGroup[]
  /** Null at the end. */
  readonly next: ErrorGroupPlace | null
  readonly trend: ErrorTrend
  /** How many groups of each state there are, whatever states are asked for. */
  readonly states: Readonly<Record<ErrorGroupState, number>>
}

/** What somebody decided. */
export interface DecidedErrorGroup {
  readonly decision: ErrorGroupDecision
  readonly decided_at: number
  readonly muted_until: number | null
  readonly reason: string | null
  /** As in the audit log. */
  readonly actor_kind: string
  readonly actor_id: string | null
  /** What the token is called that it was done with. */
  readonly actor_name: string | null
}

export interface ErrorGroupUser {
  readonly user_id: string
  readonly syncs: number
  readonly last_seen_at: number
}

/** Errors of courses inside of syncs of the group, those alike together. */
export interface ErrorGroupCourses {
  readonly error_type: SyncErrorType | null
  /** Of the newest. */
  readonly message: string
  readonly outcomes: number
  readonly courses: number
  /** Some of them. */
  readonly course_ids: readonly string[]
  readonly last_sync_id: number
}

export interface ErrorGroupDetails {
  readonly group: ErrorGroup
  readonly trend: ErrorTrend
  /** Those with the most syncs first; at most 20. */
  readonly users: readonly ErrorGroupUser[]
  /** The most frequent first; at most 20. */
  readonly course_errors: readonly ErrorGroupCourses[]
  /** How many of the newest syncs `users` were found in, and how many `course_errors`. */
  readonly looked_at: { readonly users: number; readonly courses: number }
  /** The newest first; empty for who may see some users only. */
  readonly history: readonly DecidedErrorGroup[]
}

export interface NewErrorGroupDecision {
  readonly id: number
  readonly decision: ErrorGroupDecision
  readonly decided_at: number
  /** Null unless it is muted. */
  readonly muted_until: number | null
  readonly reason: string | null
  /** Who does it, for the history as well. */
  readonly audit: AuditEntry
}

export interface ErrorGroupOutcome {
  readonly state: ErrorGroupState
  readonly muted_until: number | null
  /** False when it was so already: then nothing is written. */
  readonly changed: boolean
}

/** The groups are kept with the syncs; what is written here is what people decide about them. */
export interface ErrorGroups {
  list(query: ErrorGroupQuery): Promise<ErrorGroupPage>
  /** Null when there is no such group, or none of a sync of these users. */
  find(id: number, window: ErrorGroupWindow): Promise<ErrorGroupDetails | null>
  /**
   * The last decision counts, whatever was decided before. Unmuting what is not muted and reopening what is not
   * resolved changes nothing. Null when there is no such group.
   */
  decide(decision: NewErrorGroupDecision): Promise<ErrorGroupOutcome | null>
}
