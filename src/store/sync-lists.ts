import type { SyncErrorType } from '../core/error-types.ts'
import type { CourseOutcome, SyncRow } from '../core/sync-record.ts'
import type { SyncStatus } from '../core/sync-status.ts'

/**
 * By start time or by duration; the id decides between equals. By duration only syncs are listed that have one: one
 * that runs has none yet.
 */
export const SYNC_SORTS = ['newest', 'oldest', 'longest', 'shortest'] as const
export type SyncSort = (typeof SYNC_SORTS)[number]

/** Conditions that all hold; a list means any of its members. Times are epoch milliseconds. */
export interface SyncCondition {
  readonly user_ids?: readonly string[]
  readonly statuses?: readonly SyncStatus[]
  readonly sync_types?: readonly string[]
  readonly error_types?: readonly SyncErrorType[]
  readonly error_group_id?: number
  /** Not those whose error was muted at this time, or resolved after they had started. */
  readonly unsettled_at?: number
  /** The course was the target of the sync, or the sync has an outcome of it. */
  readonly course_id?: string
  readonly source_id?: number
  readonly host?: string
  readonly trigger?: string
  readonly min_duration_ms?: number
  readonly max_duration_ms?: number
  /** Started at or after. */
  readonly since?: number
  /** Started before. */
  readonly until?: number
  /** The error message contains it; case does not matter (ASCII). */
  readonly error_text?: string
}

/** Where a page ended: the value of the sort column and the id of the last sync that was looked at. */
export interface SyncPlace {
  readonly value: number
  readonly id: number
}

export interface SyncPageQuery {
  readonly condition: SyncCondition
  readonly sort: SyncSort
  /** At least 1. */
  readonly limit: number
  readonly after: SyncPlace | null
}

export interface SyncPage {
  readonly rows: readonly SyncRow[]
  /**
   * Where the next page begins; null when there is none. A page may have fewer rows than the limit, even none, and
   * still a next one: the work of a page is bounded, however rare what is asked for.
   */
  readonly next: SyncPlace | null
}

/** A page as it leaves us, written where it was read: what crosses from thread to thread is one text, not many rows. */
export interface SyncRecordPage {
  readonly count: number
  /** A JSON array of `SyncRecord`, UTF-8. */
  readonly records: Uint8Array
  readonly next: SyncPlace | null
}

/** Where a page of course outcomes ended: when the last one started (or finished), and its course. */
export interface OutcomePlace {
  readonly at: number
  readonly course_id: string
}

export interface OutcomePageQuery {
  readonly sync_id: number
  /** By when they started or finished, the earliest first; the course id decides between equals. */
  readonly order: 'started' | 'finished'
  /** At least 1. */
  readonly limit: number
  readonly after: OutcomePlace | null
}

export interface OutcomePage {
  readonly rows: readonly CourseOutcome[]
  /** Null when there is no more. */
  readonly next: OutcomePlace | null
}

/** Lists of syncs whose cost does not grow with the number of syncs. Reads only. */
export interface SyncLists {
  page(query: SyncPageQuery): Promise<SyncPage>
  recordPage(query: SyncPageQuery): Promise<SyncRecordPage>
  /** The cost grows with the courses of this one sync. */
  outcomePage(query: OutcomePageQuery): Promise<OutcomePage>
}
