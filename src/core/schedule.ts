/** Who said that there is such a schedule; what an earlier one of these declared, a later one does not change. */
export const SCHEDULE_ORIGINS = ['config', 'api', 'ping'] as const
export type ScheduleOrigin = (typeof SCHEDULE_ORIGINS)[number]

/**
 * When syncs start: at the times of a cron expression, or never longer than so long after the start before. The zone is
 * that of the cron expression, and that of the dates of pauses.
 */
export type ScheduleTimes =
  | { readonly kind: 'cron'; readonly cron: string; readonly time_zone: string }
  | { readonly kind: 'interval'; readonly interval_ms: number; readonly time_zone: string }

/** Days on which nothing is expected: holidays, the weeks between two terms. */
export interface SchedulePause {
  /** The first day, `2026-12-21`, as a calendar in the zone of the schedule shows it. */
  readonly from: string
  /** The last day. */
  readonly until: string
  readonly reason: string | null
}

/** What is promised: that syncs of a type (of one user, where it names one) start at certain times. */
export interface ScheduleTerms {
  /** Unique; what people and pings call it: 1 to 50 characters of `a-z`, `0-9`, `_` and `-`. */
  readonly slug: string
  readonly sync_type: string
  /** Null: whoever's sync of the type starts, it is a run of this schedule. */
  readonly user_id: string | null
  readonly times: ScheduleTimes
  readonly pauses: readonly SchedulePause[]
  /** How long after its time a sync may start without being late, milliseconds. */
  readonly margin_ms: number
  /** How long a run may take before its incident opens, milliseconds; null for no rule of its own. */
  readonly max_run_ms: number | null
  /** Who is told: the name of a route in the configuration; null for whoever is told of the type. */
  readonly owner: string | null
}

export interface Schedule extends ScheduleTerms {
  readonly id: number
  readonly origin: ScheduleOrigin
  /** The name of the token with which a ping declared it; null for all others. */
  readonly reported_by: string | null
  /** Paused: nothing is expected, and nothing is missed. */
  readonly paused: boolean
  /** Only what is due later counts: when it was made or resumed, or when its times last changed. */
  readonly expected_since: number
  readonly created_at: number
  readonly updated_at: number
}

/**
 * What became of one time of a schedule. `waiting`: its margin is not over. `started`: a sync started in time. `late`: one
 * started behind the margin and before the next time. `missed`: none did, so far. `unknown`: none is known,
 * and one need not have come to light, because the monitor or its database was away.
 */
export const DUE_STATES = ['waiting', 'started', 'late', 'missed', 'unknown'] as const
export type DueState = (typeof DUE_STATES)[number]

/** One time of a schedule, and what became of it. Times are epoch milliseconds. */
export interface DueRun {
  readonly schedule_id: number
  readonly due_at: number
  readonly state: DueState
  /** The sync that started for it; null while or when there is none. */
  readonly sync_id: number | null
  /** When its state last changed; null while it is waiting. */
  readonly decided_at: number | null
}
