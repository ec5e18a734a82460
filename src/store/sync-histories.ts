import type { SyncErrorType } from '../core/error-types.ts'
import type { SyncStatus } from '../core/sync-status.ts'

/** Whose syncs are compared with each other. */
export interface SyncSubject {
  readonly user_id: string | null
  readonly sync_type: string
}

/** What rules look at of a sync that has ended. Times are epoch milliseconds. */
export interface EndedSync extends SyncSubject {
  readonly id: number
  readonly sync_status: Exclude<SyncStatus, 'in_progress'>
  readonly error_type: SyncErrorType | null
  /** Syncs that ended with the same error have the same one. */
  readonly error_group_id: number | null
  readonly source_id: number | null
  readonly target_course_id: string | null
  /** Of the machine that it ran on. */
  readonly host: string | null
  readonly started_at: number
  readonly ended_at: number
  readonly duration_ms: number | null
  /** Courses, assignments, submissions and grades together. */
  readonly processed: number
  readonly incremental: boolean
  readonly api_calls_made: number
  readonly api_rate_limit_hits: number
  readonly throttle_wait_ms: number
  readonly records_lost: number
  /** What the job said in its metadata of when its token expires; null when it said nothing. */
  readonly token_expires_at: number | null
}

/** How a source stands with its promise of freshness. Times are epoch milliseconds. */
export interface SourceFreshness {
  readonly source_id: number
  readonly base_url: string
  /** The users whose syncs have read it, some of them. */
  readonly user_ids: readonly string[]
  /** The newest complete read of any of its lists that may still change; null when there is none. */
  readonly newest_complete_at: number | null
  /** Lists that were tried again since their last complete read, which is older than asked; counted to a bound. */
  readonly stale_lists: number
  /** The last complete read of the stalest of them; null when there is none, or it was never read completely. */
  readonly oldest_complete_at: number | null
}

/** What the rules of incidents read; every call costs what it returns, at any number of syncs. */
export interface SyncHistories {
  /** The newest ended syncs of each of these, the newest first; in the order of the subjects. */
  ofSubjects(subjects: readonly SyncSubject[], limit: number): Promise<EndedSync[][]>
  /** Ended syncs that started at or after, the newest first. */
  ended(since: number, limit: number): Promise<EndedSync[]>
  /** The same, only those with one of these errors; at most `limit` of each. */
  withErrors(error_types: readonly SyncErrorType[], since: number, limit: number): Promise<EndedSync[]>
  /** The same, only those of these groups of errors; at most `limit` of each. */
  ofErrorGroups(group_ids: readonly number[], since: number, limit: number): Promise<EndedSync[]>
  /**
   * Syncs that have changed behind a place of the feed of changes, of the first so many changes: also those that the feed
   * holds back because one before them may still come.
   */
  changedBehind(place: number, limit: number): Promise<number[]>
  /** Sources with a greater id, in their order: how they stand with complete reads after a time. */
  listFreshness(after_source_id: number, complete_since: number, limit: number): Promise<SourceFreshness[]>
}
