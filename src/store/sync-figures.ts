import type { SyncStatus } from '../core/sync-status.ts'

/** Sums over the syncs of a window; `finished` are those that have a final status. */
export interface SyncTotals {
  readonly syncs: number
  readonly finished: number
  readonly completed: number
  readonly failed: number
  readonly duration_seconds: number
  readonly duration_min_seconds: number | null
  readonly duration_max_seconds: number | null
  readonly courses: number
  readonly assignments: number
  readonly submissions: number
  readonly api_calls: number
  readonly api_failures: number
  readonly api_duration_ms: number
  readonly db_operations: number
  readonly users: number
}

export interface TotalsFilter {
  /** Syncs that started at or after this time, epoch milliseconds. */
  readonly since: number
  readonly user_id?: string
  /** Count only syncs of this status. */
  readonly status?: SyncStatus
}

/** Figures over many syncs, whose cost does not grow with their number. Reads only. */
export interface SyncFigures {
  totals(filter: TotalsFilter): Promise<SyncTotals>
  /** Durations in seconds at the given fractions (0-1) of the completed syncs since `since`. */
  durationPercentiles(since: number, fractions: readonly number[]): Promise<(number | null)[]>
}
