import { isoTime } from '../core/iso-time.ts'
import type { DueState, ScheduleOrigin, SchedulePause } from '../core/schedule.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import { emitUserId } from '../core/user-id.ts'
import type { SeenDueRun, WatchedSchedule } from '../store/schedules.ts'
import { dueAfter } from './due-window.ts'
import { nextDues } from './schedule-times.ts'

/** A schedule as it leaves us. */
export interface ScheduleRecord {
  readonly slug: string
  readonly sync_type: string
  readonly user_id: string | number | null
  /** Null where it has an interval. */
  readonly cron: string | null
  readonly interval_seconds: number | null
  readonly time_zone: string
  readonly margin_seconds: number
  readonly max_run_seconds: number | null
  readonly pauses: readonly SchedulePause[]
  readonly owner: string | null
  readonly origin: ScheduleOrigin
  readonly paused: boolean
  readonly created_at: string
  readonly updated_at: string
  readonly last_due_at: string | null
  readonly last_state: DueState | null
  /** Null while it is paused, and when nothing is ever due. */
  readonly next_due_at: string | null
}

export interface DueRunRecord {
  readonly due_at: string
  readonly state: DueState
  readonly decided_at: string | null
  readonly sync_id: number | null
  readonly sync_start_time: string | null
  readonly sync_end_time: string | null
  readonly sync_status: SyncStatus | null
}

export interface ScheduleDetails {
  readonly schedule: ScheduleRecord
  /** If every sync starts when it is due. */
  readonly next_due_at: readonly string[]
  readonly due_runs: readonly DueRunRecord[]
}

export interface ScheduleList {
  readonly count: number
  readonly schedules: readonly ScheduleRecord[]
  /** By slug: the newest times of each, as many as were asked for. */
  readonly due_runs: Readonly<Record<string, readonly DueRunRecord[]>>
}

const isoOrNull = (at: number | null | undefined): string | null => (at == null ? null : isoTime(at))

export function toScheduleRecord(schedule: WatchedSchedule, now: number): ScheduleRecord {
  const { times, last, max_run_ms } = schedule
  return {
    slug: schedule.slug,
    sync_type: schedule.sync_type,
    user_id: emitUserId(schedule.user_id),
    cron: times.kind === 'cron' ? times.cron : null,
    interval_seconds: times.kind === 'interval' ? times.interval_ms / 1000 : null,
    time_zone: times.time_zone,
    margin_seconds: schedule.margin_ms / 1000,
    max_run_seconds: max_run_ms === null ? null : max_run_ms / 1000,
    pauses: schedule.pauses,
    owner: schedule.owner,
    origin: schedule.origin,
    paused: schedule.paused,
    created_at: isoTime(schedule.created_at),
    updated_at: isoTime(schedule.updated_at),
    last_due_at: isoOrNull(last?.due_at),
    last_state: last?.state ?? null,
    next_due_at: schedule.paused ? null : isoOrNull(dueAfter(schedule, last, now)),
  }
}

/** The next times, if every sync starts when it is due. */
export function comingDues(schedule: WatchedSchedule, now: number, count: number): string[] {
  if (schedule.paused) return []
  const first = dueAfter(schedule, schedule.last, now)
  if (first === null) return []
  return [first, ...nextDues(schedule, first, count - 1)].map(isoTime)
}

export function toDueRunRecord({ due_at, state, decided_at, sync_id, sync }: SeenDueRun): DueRunRecord {
  return {
    due_at: isoTime(due_at),
    state,
    decided_at: isoOrNull(decided_at),
    sync_id,
    sync_start_time: isoOrNull(sync?.sync_start_time),
    sync_end_time: isoOrNull(sync?.sync_end_time),
    sync_status: sync?.sync_status ?? null,
  }
}
