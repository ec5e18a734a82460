import { noCounters, type CourseOutcome, type SyncCounters } from '../../../core/sync-record.ts'
import type { ReportedRow, SyncReport } from '../../ingest-store.ts'
import type { SqlDialect } from '../sql-database.ts'
import { rowOfOutcome } from '../syncs/sync-rows.ts'
import type { CoursesOutcomeTable } from '../tables.ts'

/** Texts of statements for many rows: nothing is built for each, as thousands come in a second. */
export interface IngestStatements {
  readonly insertSync: string
  readonly updateProgress: string
  readonly updateWhole: string
  readonly addLateEvents: string
  readonly insertEvents: string
  readonly insertNewEvents: string
  readonly insertChange: string
  readonly upsertOutcome: string
  readonly moveCourses: string
}

const COUNTERS = Object.keys(noCounters()) as (keyof SyncCounters)[]

/** Integers above 2^53 cannot be read back: one row that has one would spoil every list. */
const MOST_COUNTED = 9_000_000_000_000_000
const bounded = (count: number): number => Math.min(count, MOST_COUNTED)

const PROGRESS_COLUMNS = [
  'heartbeat_at',
  'running_ms',
  'progress_percent',
  'progress_current',
  'api_rate_limit_remaining_min',
  'target_course_id',
  'incremental_sync',
  'chunk_size',
  'sync_metadata',
] as const

/** Some of them are in an index, which would be rewritten for each heartbeat. */
const OTHER_COLUMNS = [
  'user_id',
  'sync_type',
  'trigger',
  'host',
  'sync_start_time',
  'heartbeat_expected',
  'use_pagination',
  'sync_status',
  'error_type',
  'error_message',
  'sync_end_time',
  'total_duration_seconds',
  'repaired_from',
] as const

const OUTCOME_COLUMNS = [
  'sync_id',
  'course_id',
  'outcome',
  'reason',
  'error_type',
  'error_message',
  'started_at',
  'finished_at',
  'duration_ms',
  'api_calls',
  'rows_deleted',
  'deletions_held',
  'entities',
  'sync_start_time',
] as const satisfies readonly (keyof CoursesOutcomeTable)[]

const names = (columns: readonly string[]): string => columns.map((name) => `"${name}"`).join(', ')
const marks = (columns: readonly string[]): string => columns.map(() => '?').join(', ')

export function ingestStatements(dialect: SqlDialect): IngestStatements {
  const [larger, smaller] = dialect === 'sqlite' ? ['max', 'min'] : ['greatest', 'least']
  const counted = COUNTERS.map(
    (name) => `${name} = ${smaller}(${MOST_COUNTED}, ${larger}(${name} + ?, ?))`,
  ).join(', ')
  const set = (columns: readonly string[]): string => columns.map((name) => `"${name}" = ?`).join(', ')
  const update = (columns: readonly string[]): string =>
    `update canvas_sync_metrics set ${counted}, heartbeat_count = heartbeat_count + 1, ${set(columns)}
     where id = ? and sync_status = ? returning id`
  const inserted = ['sync_task_id', ...COUNTERS, ...PROGRESS_COLUMNS, ...OTHER_COLUMNS, 'reported_by']
  const each = dialect === 'sqlite' ? 'json_each(?)' : 'jsonb_array_elements_text(?::jsonb)'
  // SQLite takes `on conflict` behind a select for a join without the `where`.
  const events = `insert into canvas_sync_ingest_events (sync_id, event_id)
    select cast(? as bigint), value from ${each} where true`
  const replaced = OUTCOME_COLUMNS.filter(
    (name) => name !== 'sync_id' && name !== 'course_id' && name !== 'sync_start_time',
  )
  const texts: IngestStatements = {
    insertSync: `insert into canvas_sync_metrics (${names(inserted)}) values (${marks(inserted)})
      on conflict (sync_task_id) do nothing returning id`,
    updateProgress: update(PROGRESS_COLUMNS),
    updateWhole: update([...PROGRESS_COLUMNS, ...OTHER_COLUMNS]),
    addLateEvents: `insert into canvas_sync_ingest_notes (sync_id, started, late_events, problems)
      values (?, ?, ?, ?) on conflict (sync_id) do update set started = excluded.started,
      late_events = canvas_sync_ingest_notes.late_events + excluded.late_events, problems = excluded.problems`,
    insertEvents: `${events} on conflict do nothing returning event_id`,
    insertNewEvents: events,
    insertChange: `insert into canvas_sync_status_changes (sync_id, old_status, new_status, reason, changed_at)
      values (?, ?, ?, ?, ?)`,
    upsertOutcome: `insert into canvas_sync_courses (${names(OUTCOME_COLUMNS)}) values (${marks(OUTCOME_COLUMNS)})
      on conflict (sync_id, course_id) do update set
      ${replaced.map((name) => `"${name}" = excluded."${name}"`).join(', ')}`,
    moveCourses: 'update canvas_sync_courses set sync_start_time = ? where sync_id = ?',
  }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, numbered(text as string, dialect)]),
  ) as unknown as IngestStatements
}

/** `?` as both engines have it: PostgreSQL counts. */
export function numbered(text: string, dialect: SqlDialect): string {
  if (dialect === 'sqlite') return text
  let number = 0
  return text.replaceAll('?', () => `$${++number}`)
}

export function insertedValues(report: SyncReport, row: ReportedRow): unknown[] {
  const { task_id, added, floors, reported_by } = report
  const values: unknown[] = [task_id]
  for (const name of COUNTERS) values.push(Math.max(bounded(added[name]), floors[name] ?? 0))
  pushProgress(values, row)
  pushOthers(values, row)
  values.push(reported_by)
  return values
}

export function updatedValues(report: SyncReport, row: ReportedRow): unknown[] {
  const { added, floors, sync_id, status_before, reshaped } = report
  const values: unknown[] = []
  for (const name of COUNTERS) values.push(bounded(added[name]), floors[name] ?? 0)
  pushProgress(values, row)
  if (reshaped) pushOthers(values, row)
  values.push(sync_id, status_before)
  return values
}

/** In the order of `PROGRESS_COLUMNS`. */
function pushProgress(values: unknown[], row: ReportedRow): void {
  values.push(
    row.heartbeat_at,
    row.running_ms,
    row.progress_percent,
    row.progress_current,
    row.api_rate_limit_remaining_min,
    row.target_course_id,
    row.incremental_sync ? 1 : 0,
    row.chunk_size,
    row.sync_metadata === null ? null : JSON.stringify(row.sync_metadata),
  )
}

/** In the order of `OTHER_COLUMNS`. */
function pushOthers(values: unknown[], row: ReportedRow): void {
  values.push(
    row.user_id,
    row.sync_type,
    row.trigger,
    row.host,
    row.sync_start_time,
    row.heartbeat_expected ? 1 : 0,
    row.use_pagination ? 1 : 0,
    row.sync_status,
    row.error_type,
    row.error_message,
    row.sync_end_time,
    row.total_duration_seconds,
    row.repaired_from,
  )
}

export function outcomeValues(sync_id: number, outcome: CourseOutcome, sync_start_time: number): unknown[] {
  const row = { ...rowOfOutcome(sync_id, outcome), sync_start_time }
  return OUTCOME_COLUMNS.map((name) => row[name])
}
