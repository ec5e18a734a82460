import type { DueRun, DueState, Schedule, ScheduleOrigin, ScheduleTerms } from '../core/schedule.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import type { AuditEntry } from './access-store.ts'

/** The newest time of a schedule that has come, and the sync that started for it. */
export interface LastDue {
  readonly due_at: number
  readonly state: DueState
  readonly sync_id: number | null
  /** When that sync started. */
  readonly started_at: number | null
}

export interface WatchedSchedule extends Schedule {
  /** Goes up with each change of the schedule and of what is known of its times. */
  readonly version: number
  /** Null before the first. */
  readonly last: LastDue | null
}

/** With what is known of the sync; null where there is none, or none any more. */
export interface SeenDueRun extends DueRun {
  readonly sync: SeenStart | null
}

export interface SeenStart {
  readonly user_id: string | null
  readonly sync_status: SyncStatus
  readonly sync_start_time: number
  readonly sync_end_time: number | null
}

/** Who declares a schedule. */
export interface ScheduleDeclarer {
  readonly origin: ScheduleOrigin
  /** Of a ping: the name of its token. */
  readonly reported_by: string | null
  /** Of a ping: whether it may change what another token declared. */
  readonly trusted?: boolean
}

/**
 * `kept`: it was declared by somebody whose word counts for more, or by another token, and stays as it is. `full`: there
 * are {@link MOST_SCHEDULES} of them.
 */
export type ScheduleOutcome = 'created' | 'changed' | 'unchanged' | 'kept' | 'full'

/** The slugs of the schedules with which something was done; `left_out`: there are {@link MOST_SCHEDULES} without them. */
export type DeclaredAll = Readonly<Record<'created' | 'changed' | 'removed' | 'left_out', readonly string[]>>

/** Nobody keeps more jobs apart, and each is looked at every few seconds. */
export const MOST_SCHEDULES = 2000

/** The first sync of a kind, or the last, that started between two moments. */
export interface StartQuery {
  /** Those that serve a time of it are left out; null: none is. */
  readonly schedule_id: number | null
  readonly sync_type: string
  /** Null for anybody's. */
  readonly user_id: string | null
  /** From then on. */
  readonly from: number
  /** Up to then, and with it. */
  readonly until: number
  readonly pick: 'first' | 'last'
}

export interface FoundStart {
  readonly sync_id: number
  readonly started_at: number
  /** Its process wrote it to the database itself; false: it was reported to a server. */
  readonly wrote_itself: boolean
}

/** What became of times of one schedule: new ones, and those of which more is known now. */
export interface DueDecisions {
  readonly schedule_id: number
  /** What {@link WatchedSchedule.version} was: nothing is written when it is another by now. */
  readonly version: number
  /** In the order of their times. */
  readonly runs: readonly DecidedRun[]
}

export interface DecidedRun {
  readonly due_at: number
  readonly state: DueState
  readonly sync_id: number | null
  readonly started_at: number | null
  readonly decided_at: number | null
}

/** From when to when nobody looked at the schedules, epoch milliseconds: no server was there for reports. */
export interface WatchGap {
  readonly from: number
  readonly until: number
  /** Nor could syncs write to the database themselves, as far as is known. */
  readonly database_was_away: boolean
}

/** Longer than so, and the monitor was away: what was reported meanwhile found nobody. */
export const LONGEST_LOOK_GAP_MS = 60_000

/** A schedule of the configuration that no server has declared for so long is removed. */
export const UNDECLARED_AFTER_MS = 300_000

/** How it stands with one schedule. */
export interface ScheduleStreak {
  readonly schedule: WatchedSchedule
  /**
   * Its decided times, the newest first, down to the first that a sync started for in time, and at most
   * {@link LONGEST_STREAK}. That one alone where all is well and its run within `max_run_ms`.
   */
  readonly runs: readonly SeenDueRun[]
}

export const LONGEST_STREAK = 20

export interface SchedulePruning {
  /** Times that were due before then go. */
  readonly before: number
  /** So many of each schedule stay at most. */
  readonly keep: number
  /** At most so many rows at once. */
  readonly limit: number
}

/** When syncs are expected, and what became of each time. Times are epoch milliseconds. */
export interface ScheduleStore {
  /**
   * Makes the schedule, or changes it. What is expected begins anew when its times change. `audit` is written when
   * something was changed.
   */
  declare(
    terms: ScheduleTerms,
    by: ScheduleDeclarer,
    now: number,
    audit: AuditEntry | null,
  ): Promise<{ outcome: ScheduleOutcome; schedule: WatchedSchedule | null }>
  /**
   * All that the configuration of a server has. `start`: the server starts, and changes what others have declared
   * otherwise. `still`: it says so again, which makes only those that there are no more. What no server has declared
   * for {@link UNDECLARED_AFTER_MS}, all of which somebody has looked at the schedules, is removed.
   */
  declareAll(terms: readonly ScheduleTerms[], now: number, when: 'start' | 'still'): Promise<DeclaredAll>
  /** In the order of their slugs; only those of these users when they are given. */
  list(user_ids?: readonly string[]): Promise<WatchedSchedule[]>
  find(slug: string): Promise<WatchedSchedule | null>
  /** The newest first, those that wait among them. */
  listDueRuns(schedule_id: number, limit: number): Promise<SeenDueRun[]>
  /** Null when there is none. What is resumed is expected from now on. */
  setPaused(
    slug: string,
    paused: boolean,
    now: number,
    audit: AuditEntry | null,
  ): Promise<WatchedSchedule | null>
  /** `declared`: the configuration has it, and would only make it again. Null when there is none. */
  remove(slug: string, audit: AuditEntry | null): Promise<'removed' | 'declared' | null>

  /**
   * Somebody looks: at least every {@link LONGEST_LOOK_GAP_MS}, or the monitor counts as away.
   *
   * @param unreachable_since from when on the database did not answer to the one who looks; null when it did
   */
  keepLooking(now: number, unreachable_since?: number | null): Promise<void>
  /** When nobody looked, from a moment on; before the very first look nothing was expected. */
  listGaps(since: number): Promise<WatchGap[]>
  /** All that are not paused. */
  listWatched(): Promise<WatchedSchedule[]>
  /** In the order of the queries; null where there is none. */
  findStarts(queries: readonly StartQuery[]): Promise<(FoundStart | null)[]>
  /** False when somebody else has decided, or the schedule was changed meanwhile. */
  decide(decisions: DueDecisions): Promise<boolean>
  /** `missed` and `unknown` ones that were due at or after a moment, the newest first: a start may be reported late. */
  listUnserved(since: number, limit: number): Promise<DueRun[]>

  /** All that are not paused, and how it stands with each: what incidents are made of. */
  listStreaks(now: number): Promise<ScheduleStreak[]>
  /** How many rows are gone. */
  prune(pruning: SchedulePruning): Promise<number>
}
