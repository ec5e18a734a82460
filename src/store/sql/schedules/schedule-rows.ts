import type { Selectable } from 'kysely'
import type { DueState, SchedulePause, ScheduleTerms } from '../../../core/schedule.ts'
import type { SyncStatus } from '../../../core/sync-status.ts'
import type { SeenDueRun, WatchedSchedule } from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { SchedulesTable } from './schedule-tables.ts'

export const SCHEDULES = 'canvas_sync_schedules'
export const DUE_RUNS = 'canvas_sync_due_runs'
export const WATCHES = 'canvas_sync_watches'

export type ScheduleRow = Selectable<SchedulesTable>

export function toSchedule(row: ScheduleRow): WatchedSchedule {
  const { time_zone, cron, interval_ms } = row
  return {
    id: row.id,
    slug: row.slug,
    sync_type: row.sync_type,
    user_id: row.user_id,
    times:
      cron === null
        ? { kind: 'interval', interval_ms: interval_ms ?? 0, time_zone }
        : { kind: 'cron', cron, time_zone },
    pauses: JSON.parse(row.pauses) as SchedulePause[],
    margin_ms: row.margin_ms,
    max_run_ms: row.max_run_ms,
    owner: row.owner,
    origin: row.origin,
    reported_by: row.reported_by,
    paused: row.paused === 1,
    expected_since: row.expected_since,
    created_at: row.created_at,
    updated_at: row.updated_at,
    version: row.version,
    last:
      row.due_at === null || row.due_state === null
        ? null
        : {
            due_at: row.due_at,
            state: row.due_state,
            sync_id: row.due_sync_id,
            started_at: row.due_started_at,
          },
  }
}

export type TermColumns = Pick<
  ScheduleRow,
  | 'slug'
  | 'sync_type'
  | 'user_id'
  | 'cron'
  | 'interval_ms'
  | 'time_zone'
  | 'pauses'
  | 'margin_ms'
  | 'max_run_ms'
  | 'owner'
>

export function termColumns({ times, pauses, ...terms }: ScheduleTerms): TermColumns {
  const { slug, sync_type, user_id, margin_ms, max_run_ms, owner } = terms
  return {
    slug,
    sync_type,
    user_id,
    cron: times.kind === 'cron' ? times.cron : null,
    interval_ms: times.kind === 'interval' ? times.interval_ms : null,
    time_zone: times.time_zone,
    // In this order, so that the same pauses are the same text.
    pauses: JSON.stringify(pauses.map(({ from, until, reason }) => ({ from, until, reason }))),
    margin_ms,
    max_run_ms,
    owner,
  }
}

/** The newest first. */
export async function readDueRuns(
  { query }: SqlConnection,
  schedule_id: number,
  { limit, states }: { readonly limit: number; readonly states?: readonly DueState[] },
): Promise<SeenDueRun[]> {
  const rows = await query
    .selectFrom(`${DUE_RUNS} as d`)
    .leftJoin('canvas_sync_metrics as m', 'm.id', 'd.sync_id')
    .select([
      'd.schedule_id',
      'd.due_at',
      'd.state',
      'd.sync_id',
      'd.decided_at',
      'm.user_id',
      'm.sync_status',
      'm.sync_start_time',
      'm.sync_end_time',
    ])
    .where('d.schedule_id', '=', schedule_id)
    .$if(states !== undefined, (select) => select.where('d.state', 'in', [...(states ?? [])]))
    .orderBy('d.due_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ user_id, sync_status, sync_start_time, sync_end_time, ...run }): SeenDueRun => ({
    ...run,
    sync:
      sync_status === null || sync_start_time === null
        ? null
        : { user_id, sync_status: sync_status satisfies SyncStatus, sync_start_time, sync_end_time },
  }))
}
