import type { IncidentRule, IncidentSeverity, IncidentState } from '../core/incident.ts'
import type { SyncStatus } from '../core/sync-status.ts'

/** Upper limits of the counts of durations, seconds. Those of the earlier system (10 30 60 120 300 600) are among them. */
export const DURATION_LIMITS_SECONDS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200] as const

/** What stands for every type beyond the first 50. */
export const OTHER_LABEL = 'other'

/** All syncs of one type that ever ended with one status. None of it ever goes down but the two times. */
export interface TypeCounts {
  /** A type, or {@link OTHER_LABEL}. */
  readonly sync_type: string
  readonly sync_status: SyncStatus
  readonly syncs: number
  /** How many of them have a duration. */
  readonly durations: number
  readonly duration_seconds: number
  /** How many durations are at most so long, in the order of {@link DURATION_LIMITS_SECONDS}. */
  readonly at_most: readonly number[]
  /** Epoch milliseconds; the latest ones. */
  readonly last_started_at: number
  readonly last_ended_at: number
}

/** What all syncs that ever ended did together; none of it ever goes down. */
export const COUNTED_SUMS = [
  'courses_extracted',
  'courses_loaded',
  'courses_unchanged',
  'assignments_extracted',
  'assignments_loaded',
  'assignments_unchanged',
  'submissions_extracted',
  'submissions_loaded',
  'submissions_unchanged',
  'grades_extracted',
  'grades_loaded',
  'grades_unchanged',
  'rows_deleted',
  'deletions_held',
  'records_lost',
  'api_calls',
  'api_failures',
  'rate_limit_hits',
  'db_operations',
  'data_bytes',
  'api_duration_us',
  'throttle_wait_us',
  'request_cost_thousandths',
  'db_duration_us',
] as const
export type CountedSum = (typeof COUNTED_SUMS)[number]

export interface ErrorCounts {
  /** An error type, or {@link OTHER_LABEL}. */
  readonly error_type: string
  /** Syncs that ended with it. */
  readonly syncs: number
}

/** The syncs of one type that run now. Times are epoch milliseconds. */
export interface RunningCounts {
  readonly sync_type: string
  readonly syncs: number
  readonly first_started_at: number
  readonly last_started_at: number
}

export interface CountsQuery {
  /** Epoch milliseconds: what was left of Canvas's bucket counts from syncs that run, or ended since then. */
  readonly remaining_since: number
}

export interface SyncCounts {
  /** Types that have a label of their own; each keeps it for ever. */
  readonly sync_types: readonly string[]
  readonly by_type: readonly TypeCounts[]
  readonly errors: readonly ErrorCounts[]
  readonly sums: Readonly<Record<CountedSum, number>>
  readonly running: readonly RunningCounts[]
  /** Courses of the sync that ended last; null when none did since there are counts. */
  readonly last_courses: number | null
  /** The least that a sync was left with in Canvas's bucket; null when none said. */
  readonly rate_limit_remaining: number | null
}

/** A completed sync as an example of how long one takes. */
export interface ExampleSync {
  readonly sync_id: number
  readonly sync_type: string
  readonly duration_seconds: number
  /** Epoch milliseconds. */
  readonly ended_at: number
}

/** How often something happened that is counted when it does. */
export interface EventCount {
  /**
   * `notification`: of a channel (label_1) with a state (label_2). `incident`: that opened, by rule and severity. `due_run`:
   * times of schedules by what became of them (label_1).
   */
  readonly kind: 'notification' | 'incident' | 'due_run'
  readonly label_1: string
  readonly label_2: string
  readonly counted: number
}

/** Incidents that are not resolved. */
export interface OpenIncidents {
  readonly rule: IncidentRule
  readonly severity: IncidentSeverity
  readonly state: IncidentState
  /** What their syncs failed with; null where that says nothing. */
  readonly error_type: string | null
  readonly incidents: number
}

export interface ChannelCounts {
  readonly channel: string
  /** Attempts in a row that went wrong; 0 while it works. */
  readonly failures: number
  /** Notifications that wait to be sent to it. */
  readonly waiting: number
}

export interface EventCounts {
  readonly counts: readonly EventCount[]
  readonly open_incidents: readonly OpenIncidents[]
  readonly channels: readonly ChannelCounts[]
}

/** Whom the syncs are for. */
export interface PeopleCounts {
  /** Users who had a sync lately, and none that completed and began at or after `fresh_since`. */
  readonly stale_users: number
  /** Canvas hosts and token owners that syncs have connected to lately. */
  readonly sources: number
}

/** Epoch milliseconds. */
export interface PeopleQuery {
  readonly fresh_since: number
  readonly active_since: number
}

/**
 * What ever happened, counted by triggers in the transaction in which it did. Unlike the figures nothing is taken away
 * again, whatever is deleted, erased or repaired; each answer costs the same at any number of syncs.
 */
export interface Counters {
  syncs(query: CountsQuery): Promise<SyncCounts>
  /** Of each type that has a label the newest completed ones. */
  examples(sync_types: readonly string[]): Promise<ExampleSync[]>
  events(): Promise<EventCounts>
  /** Looks at each user who had a sync since `active_since`: not to be asked all the time. */
  people(query: PeopleQuery): Promise<PeopleCounts>
}
