import type { SyncStatus } from '../core/sync-status.ts'
import type { TimeBucket } from '../core/time-buckets.ts'

/** What is added up over syncs. Durations are exact to the microsecond. */
export interface SyncSums {
  readonly syncs: number
  readonly duration_seconds: number
  readonly courses: number
  readonly assignments: number
  readonly submissions: number
  readonly grades: number
  readonly items_created: number
  readonly items_updated: number
  readonly api_calls: number
  readonly api_failures: number
  readonly api_duration_ms: number
  readonly rate_limit_hits: number
  readonly db_operations: number
  readonly db_duration_ms: number
  readonly data_bytes: number
  /** How long syncs waited until Canvas let them go on. */
  readonly throttle_wait_seconds: number
  /** What Canvas says its answers cost, in the units of its bucket. */
  readonly request_cost: number
}

/** Sums over the syncs of a window; `finished` are those that have a final status. */
export interface SyncTotals extends SyncSums {
  readonly finished: number
  readonly completed: number
  /** `failed`, `lost` and `timed_out`. */
  readonly failed: number
  readonly by_status: Readonly<Record<SyncStatus, number>>
  /** Of the completed syncs. */
  readonly duration_min_seconds: number | null
  readonly duration_max_seconds: number | null
}

/** A window without an end has syncs whose clock was ahead, too. */
export interface FiguresWindow {
  /** Syncs that started at or after this time, epoch milliseconds. */
  readonly since: number
  /** Only syncs of these users; those of all users when it is not given. */
  readonly user_ids?: readonly string[]
}

/** A window that may have an end. */
export interface FiguresPeriod extends FiguresWindow {
  /** Syncs that started before this time, epoch milliseconds; without an end when it is not given. */
  readonly until?: number
}

export interface TotalsFilter extends FiguresPeriod {
  /** Count only syncs of this status. */
  readonly status?: SyncStatus
  /** What is needed besides the counts; each costs. The others are 0. Everything when it is not given. */
  readonly sums?: readonly (keyof SyncSums)[]
}

export interface DurationPercentiles {
  /** In the order of the fractions, seconds; null when no sync of the window completed. */
  readonly seconds: readonly (number | null)[]
  /**
   * Whether they are the durations of single syncs. Else they are from counts of durations that are at most 5 % apart
   * (each value within 2.5 %), over a window that begins and ends with whole hours.
   */
  readonly exact: boolean
}

export const SERIES_SUMS = [
  'courses',
  'assignments',
  'submissions',
  'grades',
  'items_created',
  'items_updated',
  'api_calls',
  'api_failures',
  'api_duration_ms',
  'rate_limit_hits',
  'db_operations',
  'db_duration_ms',
  'data_bytes',
  'throttle_wait_seconds',
  'request_cost',
] as const
export const SERIES_PERCENTILES = [
  'duration_p50_seconds',
  'duration_p95_seconds',
  'duration_p99_seconds',
] as const
export const SERIES_COUNTS = [
  'syncs',
  'in_progress',
  'completed',
  'partial',
  'failed',
  'cancelled',
  'lost',
  'timed_out',
] as const
export const SERIES_RATIOS = [
  'success_rate',
  'duration_avg_seconds',
  'duration_min_seconds',
  'duration_max_seconds',
  'api_call_avg_ms',
] as const
export type SeriesMetric =
  | (typeof SERIES_COUNTS)[number]
  | (typeof SERIES_RATIOS)[number]
  | (typeof SERIES_PERCENTILES)[number]
  | (typeof SERIES_SUMS)[number]
/** The figures that can be had over time. Durations are those of completed syncs. */
export const SERIES_METRICS: readonly SeriesMetric[] = [
  ...SERIES_COUNTS,
  ...SERIES_RATIOS,
  ...SERIES_PERCENTILES,
  ...SERIES_SUMS,
]

export interface SeriesQuery {
  readonly metrics: readonly SeriesMetric[]
  /** Percentiles need an hour or more. */
  readonly bucket: TimeBucket
  /** Epoch milliseconds; the series has whole buckets, from the one that holds `since` to the one before `until`. */
  readonly since: number
  readonly until: number
  readonly user_ids?: readonly string[]
}

export interface SeriesPoint {
  /** Epoch milliseconds. */
  readonly start: number
  /** In the order of the metrics. Sums are 0 where nothing was, what cannot be said then is null. */
  readonly values: readonly (number | null)[]
}

export interface FigureDifference {
  readonly table: string
  /** `5m`, `hour`, `day` or `month`. */
  readonly tier: string
  /** Epoch milliseconds. */
  readonly bucket_start: number
  /** Status, bin or group that differs. */
  readonly key: string
  readonly user_id: string | null
}

/** Where a walk through all figures stands: first the days, then the users. */
export interface FiguresPlace {
  readonly day: number | null
  readonly user_id: string | null
}

export interface CheckStep {
  readonly differences: readonly FigureDifference[]
  /** Where to go on; null at the end. */
  readonly next: FiguresPlace | null
}

/** Figures over many syncs, whose cost does not grow with their number. */
export interface SyncFigures {
  totals(filter: TotalsFilter): Promise<SyncTotals>
  /** How many users had a sync. */
  countUsers(window: FiguresWindow): Promise<number>
  /** Durations of completed syncs at the given fractions (0-1). */
  durationPercentiles(period: FiguresPeriod, fractions: readonly number[]): Promise<DurationPercentiles>
  series(query: SeriesQuery): Promise<SeriesPoint[]>
  /** The message of the newest sync that ended with an error and says which. */
  recentError(window: FiguresWindow): Promise<string | null>
  /** Compares the figures of one day, or of some users, with the rows, what was deleted counted in. */
  check(place: FiguresPlace | null): Promise<CheckStep>
  /** Makes the figures of one day, or of some users, anew; what was deleted stays counted. One transaction. */
  rebuild(place: FiguresPlace | null): Promise<FiguresPlace | null>
}
