import { sql } from 'kysely'
import type { SyncProblem } from '../../../core/verdict.ts'
import type { KnownSync, ReportedTask, RunSought } from '../../ingest-store.ts'
import type { SqlConnection, SqlDatabase, SqlDialect } from '../sql-database.ts'
import { syncOfRow } from '../syncs/sync-rows.ts'
import { numbered } from './ingest-statements.ts'

/** Which of some events of a sync were taken. */
export function takenEventsText(dialect: SqlDialect): string {
  const list =
    dialect === 'sqlite' ? 'select value from json_each(?)' : 'select jsonb_array_elements_text(?::jsonb)'
  return numbered(
    `select event_id from canvas_sync_ingest_events where sync_id = ? and event_id in (${list})`,
    dialect,
  )
}

/** See `IngestStore.find`. @param taken_events of {@link takenEventsText} */
export async function findKnown(
  connection: SqlConnection,
  tasks: readonly ReportedTask[],
  taken_events: string,
): Promise<KnownSync[]> {
  const { query } = connection
  const task_ids = tasks.map(({ task_id }) => task_id)
  const rows = await query
    .selectFrom('canvas_sync_metrics')
    .selectAll()
    .where('sync_task_id', 'in', task_ids)
    .execute()
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const notes = await query
    .selectFrom('canvas_sync_ingest_notes')
    .selectAll()
    .where('sync_id', 'in', ids)
    .execute()
  const noted = new Map(notes.map((row) => [row.sync_id, row]))
  const asked = new Map(tasks.map((task) => [task.task_id, task]))
  const known: KnownSync[] = []
  for (const row of rows) {
    const { event_ids = [], judged = false } = asked.get(row.sync_task_id) ?? {}
    const events = [row.id, JSON.stringify(event_ids)]
    const taken = await connection.select<{ event_id: string }>(taken_events, events)
    const outcomes = judged
      ? await query
          .selectFrom('canvas_sync_courses')
          .select(['course_id', 'outcome', 'error_type'])
          .where('sync_id', '=', row.id)
          .orderBy('started_at')
          .orderBy('course_id')
          .execute()
      : []
    const note = noted.get(row.id)
    known.push({
      sync: syncOfRow(row),
      heartbeat_expected: row.heartbeat_expected === 1,
      reported_by: row.reported_by,
      started: note === undefined || note.started === 1,
      problems: JSON.parse(note?.problems ?? '[]') as SyncProblem[],
      outcomes,
      taken: taken.map(({ event_id }) => event_id),
    })
  }
  return known
}

/** See `IngestStore.newestRun`. */
export function newestRun(
  database: SqlDatabase,
  { task_id_prefix, trigger, reported_by }: RunSought,
): Promise<string | null> {
  return database.read(async ({ query }) => {
    const prefix = sql<string>`cast(${task_id_prefix} as text)`
    const row = await query
      .selectFrom('canvas_sync_metrics')
      .select('sync_task_id')
      .where('sync_status', '=', 'in_progress')
      .where('trigger', '=', trigger)
      .where(sql<string>`substr(sync_task_id, 1, length(${prefix}))`, '=', prefix)
      .where((where) => where.or([where('reported_by', 'is', null), where('reported_by', '=', reported_by)]))
      .orderBy('sync_start_time', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.sync_task_id ?? null
  })
}
