import type { SyncErrorType } from '../core/error-types.ts'

/** Syncs that failed for the same reason: one error type and one message, whose numbers and ids do not count. */
export interface ErrorGroup {
  readonly id: number
  readonly error_type: SyncErrorType | null
  /** The message of its newest sync. */
  readonly message: string
  /** Syncs of the window. */
  readonly syncs: number
  /** Over all time, epoch milliseconds. */
  readonly first_seen_at: number
  readonly last_seen_at: number
  /** Null when its rows were deleted since. */
  readonly last_sync_id: number | null
}

export interface ErrorGroupQuery {
  /** Syncs that started at or after, epoch milliseconds. */
  readonly since: number
  /** Only what syncs of these users say: counts, times and messages. */
  readonly user_ids?: readonly string[]
  readonly limit: number
}

/** Reads only; the groups are kept with the syncs. */
export interface ErrorGroups {
  /** Those with the most syncs first. */
  list(query: ErrorGroupQuery): Promise<ErrorGroup[]>
}
