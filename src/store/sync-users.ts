import type { SyncErrorType } from '../core/error-types.ts'
import type { SyncStatus } from '../core/sync-status.ts'

/**
 * `trouble`: whose newest sync went wrong first, then all others, each time who has waited longest for one that completed.
 * `newest` and `oldest` by the newest sync, `id` by the bytes of the id.
 */
export const USER_SORTS = ['trouble', 'newest', 'oldest', 'id'] as const
export type UserSort = (typeof USER_SORTS)[number]

/** One run in a row of runs. Times are epoch milliseconds. */
export interface SyncBeat {
  readonly sync_id: number
  readonly sync_status: SyncStatus
  readonly sync_type: string
  readonly sync_start_time: number
  /** Null while it runs. */
  readonly total_duration_seconds: number | null
  readonly error_type: SyncErrorType | null
}

/** Where a page ended. */
export interface UserPlace {
  readonly well: 0 | 1
  readonly last_completed_start_time: number
  readonly last_sync_start_time: number
  readonly user_id: string
}

export interface UserPageQuery {
  readonly sort: UserSort
  /** Only users whose newest sync that ended by itself did not complete. */
  readonly failing?: boolean
  /** Anywhere in the id; case does not matter. */
  readonly search?: string
  /** Only these, of whom there are few. */
  readonly user_ids?: readonly string[]
  /** The runs of each user that are shown. */
  readonly beats: number
  /** From which day (UTC) on the figures are added up, epoch milliseconds. */
  readonly figures_since: number
  /** At least 1. */
  readonly limit: number
  readonly after: UserPlace | null
}

/** What is stalest of what is known of a user's Canvas. */
export interface StalestList {
  readonly source_id: number
  readonly entity: string
  /** As in `FreshnessRow`. */
  readonly listed_by: string
  /** The last complete read; null when there was none. */
  readonly last_complete_at: number | null
}

export interface SyncUser extends UserPlace {
  /** The status of the newest sync that ended by itself; null when none has. */
  readonly last_ended_status: SyncStatus | null
  /** The newest runs, newest first. */
  readonly beats: readonly SyncBeat[]
  /** Of the syncs that have ended in the window of the figures. */
  readonly finished: number
  readonly completed: number
  /** `failed`, `lost` and `timed_out`. */
  readonly failed: number
  /** Null when no list was read, or all that were are final. */
  readonly stalest: StalestList | null
}

export interface UserPage {
  readonly users: readonly SyncUser[]
  /** Null when there is no more; a page may be short, even empty, and still have a next one. */
  readonly next: UserPlace | null
}

/** The users that syncs ran for. Reads only. */
export interface SyncUsers {
  /** The cost does not grow with the number of syncs, nor of users. */
  page(query: UserPageQuery): Promise<UserPage>
}
