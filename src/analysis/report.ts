import type { LogForm } from '../core/log-entry.ts'
import type { LogLevel, LogStream } from '../core/log-event.ts'

/** Counts by name, the most frequent first. */
export type Counts = Readonly<Record<string, number>>

/** One bar of a histogram: values from `from_ms` to before `to_ms`; `to_ms` null has no end. */
export interface HistogramBar {
  readonly from_ms: number
  readonly to_ms: number | null
  readonly count: number
}

/**
 * The durations of some lines; lines without one are not in it. The percentiles are the nearest rank, from buckets
 * that are at most 0.8 % wide; `min_ms`, `mean_ms`, `max_ms` and `total_ms` are exact. All null when `count` is 0.
 */
export interface DurationSummary {
  readonly count: number
  readonly total_ms: number
  readonly min_ms: number | null
  readonly mean_ms: number | null
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
  readonly max_ms: number | null
  readonly histogram: readonly HistogramBar[]
}

/** The lines that have one value in common: of one endpoint, one user, one course. */
export interface Group {
  /** The value as text: `/api/v1/courses/:id/assignments`, `42`. */
  readonly key: string
  readonly count: number
  /** Lines that tell of a failure: level ERROR, an `error_type`, or a status from 400. */
  readonly failed: number
  readonly total_ms: number
  readonly mean_ms: number | null
  readonly max_ms: number | null
  /** Null where no percentile is kept for this kind of group. */
  readonly p95_ms: number | null
  /** ISO 8601 UTC with milliseconds. */
  readonly first_seen: string
  readonly last_seen: string
}

/** Groups, the largest first; those beyond the limit are summed up. */
export interface Groups {
  /** How many different values there are; a lower bound when `exact` is false. */
  readonly distinct: number
  readonly exact: boolean
  readonly top: readonly Group[]
  /** Lines of the values that are not in `top`. */
  readonly other_lines: number
}

export interface HourCount {
  /** 0 to 23 in the report's zone. */
  readonly hour: number
  readonly count: number
  readonly failed: number
}

export interface DayCount {
  /** `YYYY-MM-DD` in the report's zone. Days without lines between the first and the last are in it too. */
  readonly day: string
  readonly count: number
  readonly failed: number
  readonly throttled: number
  readonly mean_ms: number | null
}

/** The lines of a stream by user, course and task. */
export interface StreamGroups {
  readonly users: Groups
  readonly courses: Groups
  readonly tasks: Groups
}

/** What every stream's part has. */
export interface StreamReport {
  readonly levels: Readonly<Record<LogLevel, number>>
  readonly by_event: Counts
  /** Of operations those of syncs that ended; of the other streams those of all lines. */
  readonly duration: DurationSummary
  readonly groups: StreamGroups
  readonly by_hour: readonly HourCount[]
  readonly by_day: readonly DayCount[]
}

/** Under the names of the earlier tool where it had one; those are the fields before the blank line. */
export interface OperationsReport extends StreamReport {
  readonly total_lines: number
  /** Different task ids. */
  readonly sync_tasks: number
  readonly connections_tested: number
  readonly courses_processed: number
  readonly assignments_synced: number
  /** Seconds: the sum of the durations of the syncs that ended. */
  readonly total_elapsed_time: number

  /** Syncs by how they ended: `completed`, `partial`, `failed`, `cancelled`; `unfinished` for no end in the range. */
  readonly by_status: Counts
  readonly by_sync_type: Counts
  /** The longest syncs, longest first. */
  readonly slowest_tasks: readonly Group[]
}

export interface ApiCallsReport extends StreamReport {
  /** Lines that tell of a call; those of a wait for Canvas's throttle have no method and are not in it. */
  readonly total_calls: number
  readonly by_method: Counts
  /** By path with every id as `:id`, so that one kind of call is one line. */
  readonly by_endpoint: Counts
  readonly status_codes: Counts
  readonly total_duration_ms: number
  /** Calls for page 2 and later. */
  readonly paginated_requests: number

  readonly failed_calls: number
  readonly error_types: Counts
  readonly groups: StreamGroups & {
    readonly methods: Groups
    readonly endpoints: Groups
    readonly statuses: Groups
  }
  /** Endpoints of at least 10 calls (all, if none has so many) by mean duration, the slowest first. */
  readonly slowest_endpoints: readonly Group[]
  readonly slowest_courses: readonly Group[]
  readonly slowest_tasks: readonly Group[]
  readonly throttling: {
    readonly throttled_calls: number
    readonly cost_total: number
    readonly cost_mean: number | null
    readonly cost_max: number | null
    /** The least that was left of Canvas's bucket. */
    readonly rate_limit_remaining_min: number | null
  }
  readonly retries: {
    /** Calls that were not the first attempt. */
    readonly retried_calls: number
    /** Of these, those that then worked. */
    readonly recovered: number
    readonly still_failed: number
    readonly max_attempt: number | null
  }
  readonly total_items: number
  readonly total_bytes: number
}

export interface DatabaseReport extends StreamReport {
  readonly total_operations: number
  readonly by_operation: Counts
  readonly by_entity: Counts
  readonly total_records_affected: number
  readonly batch_operations: number

  readonly groups: StreamGroups & { readonly operations: Groups; readonly entities: Groups }
}

/** Errors that are the same but for ids, numbers and times. */
export interface ErrorGroup {
  /** Stable over time and machines: 12 hexadecimal digits. */
  readonly fingerprint: string
  readonly error_type: string | null
  readonly operation: string | null
  /** The message with ids, numbers and times as `#`. */
  readonly pattern: string
  readonly count: number
  readonly first_seen: string
  readonly last_seen: string
  readonly example: ErrorExample
}

export interface ErrorExample {
  readonly timestamp: string
  readonly task_id: string | null
  readonly user_id: string | number | null
  readonly course_id: string | null
  readonly error_type: string | null
  readonly operation: string | null
  readonly message: string
}

export interface ErrorsReport extends StreamReport {
  readonly total_errors: number
  readonly by_type: Counts
  readonly by_user: Counts
  readonly by_course: Counts
  /** The newest 10, newest first. */
  readonly recent_errors: readonly ErrorExample[]

  readonly by_operation: Counts
  /** The most frequent first, at most 100. */
  readonly fingerprints: readonly ErrorGroup[]
  readonly distinct_fingerprints: number
}

export interface TaskProgress {
  readonly entries: number
  readonly last_percent: number | null
  readonly elapsed_ms: number | null
  readonly first_seen: string
  readonly last_seen: string
}

export interface ProgressReport extends StreamReport {
  readonly total_entries: number
  /** By task id, those with the newest entries first, at most 100; `groups.tasks.distinct` tells how many there are. */
  readonly tasks: Readonly<Record<string, TaskProgress>>
}

/**
 * One figure now and in the period of the same length before. Percentiles only for a range that was asked for: they are
 * not kept of every week.
 */
export interface Trend {
  readonly name:
    'api_calls' | 'failed_calls' | 'throttled_calls' | 'mean_duration_ms' | 'p95_duration_ms' | 'errors'
  readonly current: number | null
  readonly previous: number | null
  /** Percent; null when there is nothing to compare with. */
  readonly change_percent: number | null
}

export interface Trends {
  readonly current: { readonly since: string; readonly until: string }
  readonly previous: { readonly since: string; readonly until: string }
  readonly figures: readonly Trend[]
}

export interface AnalysedSource {
  /** Relative to the log folder: `archives/operations_20261120_020000.tar.gz`. */
  readonly name: string
  readonly stream: LogStream
  readonly bytes: number
  readonly lines: number
}

/** What could not be read, and the first of it. */
export interface SkippedReport {
  /** Lines in no form that is known. */
  readonly malformed_lines: number
  /** Of Python tracebacks, which belong to the line before them. */
  readonly continuation_lines: number
  /** Lines that were in another file too, by `(writer, seq)` and content; they count once above. */
  readonly duplicate_lines: number
  readonly blank_lines: number
  /** Lines outside of the range that were met all the same; of most files only the range is read. */
  readonly out_of_range_lines: number
  readonly examples: readonly {
    readonly source: string
    readonly line_bytes_at: number
    readonly reason: string
  }[]
  readonly unreadable_sources: readonly { readonly source: string; readonly reason: string }[]
}

/** `analyze --json`; the schema is documented in docs/analysis.md. Fields may be added, never renamed or retyped. */
export interface AnalysisReport {
  /** ISO 8601 UTC with milliseconds, like all times here. */
  readonly generated_at: string
  readonly duration_ms: number
  readonly range: {
    /** As asked for; null without a bound. */
    readonly since: string | null
    readonly until: string | null
    /** Of the first and the last line found in the range. */
    readonly first: string | null
    readonly last: string | null
    /** Of days and hours: an IANA name. */
    readonly time_zone: string
  }
  readonly total_lines: number
  readonly lines_by_form: Readonly<Record<LogForm, number>>
  readonly operations: OperationsReport
  readonly api_calls: ApiCallsReport
  readonly database: DatabaseReport
  readonly errors: ErrorsReport
  readonly progress: ProgressReport
  /** Null when the data has no period before. */
  readonly trends: Trends | null
  readonly sources: readonly AnalysedSource[]
  readonly skipped: SkippedReport
}
