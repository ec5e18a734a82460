import type { ReportPeriod } from './report-period.ts'
import type { SyncErrorType } from './error-types.ts'

/** What the syncs of a period did. Sums and counts; durations are those of completed syncs. */
export interface ReportFigures {
  readonly syncs: number
  readonly finished: number
  readonly completed: number
  readonly partial: number
  readonly failed: number
  readonly cancelled: number
  readonly lost: number
  readonly timed_out: number
  /** 0 to 100, of those that have finished; null when none has. */
  readonly success_rate: number | null
  readonly duration_avg_seconds: number | null
  readonly duration_p50_seconds: number | null
  readonly duration_p95_seconds: number | null
  readonly courses: number
  readonly assignments: number
  readonly submissions: number
  readonly grades: number
  readonly items_created: number
  readonly items_updated: number
  readonly api_calls: number
  readonly api_failures: number
  /** In the units of Canvas's bucket. */
  readonly request_cost: number
  readonly rate_limit_hits: number
  readonly throttle_wait_seconds: number
}

/** One piece of the chart: a day, or of a daily report an hour. */
export interface ReportStep {
  /** ISO 8601. */
  readonly since: string
  readonly completed: number
  readonly partial: number
  /** `failed`, `lost` and `timed_out`. */
  readonly failed: number
}

/** Syncs that failed for the same reason. */
export interface ReportFailure {
  /** The most frequent group of them. */
  readonly error_group_id: number
  readonly error_type: SyncErrorType | null
  /** A sentence of ours: the words of the error may be another program's. */
  readonly message: string
  readonly syncs: number
  /** In the period before. */
  readonly syncs_before: number
  /** What to do, one sentence; null for an error of another program's own. */
  readonly next_step: string | null
}

/** A list that was not read whole within its target. */
export interface ReportStaleList {
  /** Canvas's host, with its port where it has one. */
  readonly host: string
  readonly canvas_user_id: string
  readonly entity: string
  /** A course's id for what hangs on a course. */
  readonly listed_by: string
  /** ISO 8601; null when it was never read whole. */
  readonly last_complete_at: string | null
}

export interface ReportFreshness {
  readonly target_seconds: number
  /** False where no list was ever read: only the sync engine reads lists, and of other jobs nothing is known here. */
  readonly known: boolean
  readonly stale: number
  readonly never: number
  /** There are more than these numbers say: no more were counted. */
  readonly more: boolean
  /** The stalest first; at most 5. */
  readonly lists: readonly ReportStaleList[]
}

export interface ReportSlowest {
  readonly types: readonly {
    readonly sync_type: string
    readonly syncs: number
    readonly p50_seconds: number
    readonly p95_seconds: number
  }[]
  readonly courses: readonly {
    readonly course_id: string
    readonly outcomes: number
    readonly mean_seconds: number
  }[]
}

export interface ReportCapacity {
  readonly database_bytes: number
  readonly log_bytes: number
  readonly archive_bytes: number
  /** What all of it together grew by in the period; null when it was not measured at both ends. */
  readonly growth_bytes: number | null
  /** What it will be 90 days on if it grows as it did; null when that is not known. */
  readonly in_90_days_bytes: number | null
}

/** One line about something that is or was wrong. */
export interface ReportIncident {
  readonly id: number
  readonly severity: 'critical' | 'warning' | 'info'
  readonly title: string
  /** ISO 8601. */
  readonly began_at: string
  /** Null while it is open. */
  readonly resolved_at: string | null
}

export interface ReportIncidents {
  readonly opened: number
  readonly resolved: number
  readonly open: number
  /** Open ones first, the gravest of them first; at most 5. */
  readonly listed: readonly ReportIncident[]
}

/** What is said of scheduled syncs. */
export interface ReportSchedules {
  readonly expected: number
  readonly missed: number
  readonly late: number
  /** The monitor was away when they were due. */
  readonly unknown: number
  /** The schedules of which most were missed; at most 5. */
  readonly listed: readonly { readonly slug: string; readonly missed: number }[]
}

/** Messages that did not arrive. */
export interface ReportDelivery {
  readonly sent: number
  readonly failed: number
  /** Channels that do not take messages now. */
  readonly failing_channels: readonly string[]
}

/** `good`: all is well. `attention`: somebody should look. `bad`: data is missing, or nothing ran. */
export type ReportVerdict = 'good' | 'attention' | 'bad'

/** A report: everything that its texts are made of, and nothing personal. */
export interface Report {
  readonly period: ReportPeriod
  readonly time_zone: string
  /** ISO 8601. */
  readonly since: string
  readonly until: string
  readonly made_at: string
  readonly verdict: ReportVerdict
  /** One sentence. */
  readonly headline: string
  readonly figures: ReportFigures
  readonly before: ReportFigures
  readonly steps: readonly ReportStep[]
  /** The most frequent first; at most 8. */
  readonly failures: readonly ReportFailure[]
  readonly more_failures: boolean
  readonly freshness: ReportFreshness
  readonly slowest: ReportSlowest
  readonly capacity: ReportCapacity
  readonly incidents: ReportIncidents | null
  readonly schedules: ReportSchedules | null
  readonly delivery: ReportDelivery | null
}
