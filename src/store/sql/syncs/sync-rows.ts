import { sql, type Insertable, type Selectable, type UpdateObject } from 'kysely'
import type { CourseOutcome, SyncCounters, SyncRow } from '../../../core/sync-record.ts'
import type { SyncProgress, SyncStart } from '../../sync-store.ts'
import type { CoursesOutcomeTable, MetricsTable, Tables } from '../tables.ts'

const flag = (value: boolean): 0 | 1 => (value ? 1 : 0)

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

export function rowOfStart(start: SyncStart): Insertable<MetricsTable> {
  const { started_at, sync_metadata, ...rest } = start
  return {
    ...rest,
    sync_start_time: started_at,
    heartbeat_at: started_at,
    incremental_sync: flag(start.incremental_sync),
    use_pagination: flag(start.use_pagination),
    sync_metadata: json(sync_metadata),
  }
}

/** The columns that a running sync replaces with each of its reports. */
export function rowOfProgress(progress: SyncProgress): UpdateObject<Tables, 'canvas_sync_metrics'> {
  const counters: SyncCounters = progress.counters
  return {
    ...counters,
    heartbeat_at: progress.heartbeat_at,
    heartbeat_count: sql<number>`heartbeat_count + 1`,
    ...(progress.running_ms === undefined ? {} : { running_ms: Math.round(progress.running_ms) }),
    progress_percent: progress.progress_percent,
    progress_current: progress.progress_current,
    api_rate_limit_remaining_min: progress.api_rate_limit_remaining_min,
    target_course_id: progress.target_course_id,
    incremental_sync: flag(progress.incremental_sync),
    chunk_size: progress.chunk_size,
    sync_metadata: json(progress.sync_metadata),
  }
}

export function syncOfRow(row: Selectable<MetricsTable>): SyncRow {
  // Whether it beats and whose it is matters to who watches and who reports, and comes to them with `RunningSync` and
  // `KnownSync`.
  const { heartbeat_expected: _, reported_by: __, ...rest } = row
  return {
    ...rest,
    incremental_sync: row.incremental_sync === 1,
    use_pagination: row.use_pagination === 1,
    sync_metadata:
      row.sync_metadata === null ? null : (JSON.parse(row.sync_metadata) as SyncRow['sync_metadata']),
  }
}

export function rowOfOutcome(sync_id: number, outcome: CourseOutcome): Insertable<CoursesOutcomeTable> {
  return { ...outcome, sync_id, entities: JSON.stringify(outcome.entities) }
}

export function outcomeOfRow(row: Selectable<CoursesOutcomeTable>): CourseOutcome {
  const { sync_id: _, sync_start_time: __, ...rest } = row
  return { ...rest, entities: JSON.parse(row.entities) as CourseOutcome['entities'] }
}
