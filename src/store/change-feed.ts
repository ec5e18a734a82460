import type { CourseOutcome, SyncRow } from '../core/sync-record.ts'
import type { CourseOutcomeStatus, SyncStatus } from '../core/sync-status.ts'

/** What kinds of changes there are; later versions know more, and readers leave those alone that they do not know. */
export const CHANGE_KINDS = ['sync_started', 'sync_status', 'sync_progress', 'course_outcome'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** Syncs of a user were erased, it does not say which: whoever keeps earlier changes forgets them. */
export const SYNCS_ERASED = 'syncs_erased'

/** One change: what it is about, and nothing of its content. */
export interface Change {
  /** Goes up with each change and never comes back; also the place behind it. */
  readonly id: number
  readonly kind: string
  readonly sync_id: number | null
  readonly course_id: string | null
  readonly old_status: SyncStatus | CourseOutcomeStatus | null
  readonly status: SyncStatus | CourseOutcomeStatus | null
  /** Epoch milliseconds by the clock of the database's machine. */
  readonly changed_at: number
}

export interface ChangedCourse extends CourseOutcome {
  readonly sync_id: number
}

export interface ChangePage {
  /** In the order of their ids. */
  readonly changes: readonly Change[]
  /** The syncs that they are about, once each, as they are now; those that are gone are not there. */
  readonly syncs: readonly SyncRow[]
  /** The course outcomes that they are about, as they are now. */
  readonly courses: readonly ChangedCourse[]
  /** Where to read on: behind the last of them. */
  readonly place: number
  /**
   * Changes behind the place that was asked for are deleted, or the place is none of this database. Then the page is
   * empty and its place is the latest.
   */
  readonly lost: boolean
}

export interface ReadChanges {
  readonly limit: number
  /** How long to wait for a change when there is none, milliseconds; default 0. */
  readonly wait_ms?: number
}

export interface PruneChanges {
  /** Deletes what is older, epoch milliseconds. */
  readonly before: number
  /** Deletes all but about so many of the newest. */
  readonly keep: number
  /** At most so many at once. */
  readonly limit: number
}

/**
 * What has changed, in order, for those who follow.
 *
 * A place is the id of a change (0 is before the first). Who reads behind a place, and then behind the place of each
 * page, sees every change that is ever committed exactly once, whichever process made it.
 */
export interface ChangeFeed {
  /** A place such that whatever is committed after this call is behind it. */
  latest(): Promise<number>
  readAfter(place: number, how: ReadChanges): Promise<ChangePage>
  /** Deletes the oldest changes; returns how many. As long as it returns `limit` there may be more. */
  prune(what: PruneChanges): Promise<number>
}
