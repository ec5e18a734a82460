import type { ScheduleTerms } from '../../../core/schedule.ts'
import type { AuditEntry } from '../../access-store.ts'
import {
  MOST_SCHEDULES,
  type ScheduleDeclarer,
  type ScheduleOutcome,
  type WatchedSchedule,
} from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import {
  DUE_RUNS,
  SCHEDULES,
  termColumns,
  toSchedule,
  type ScheduleRow,
  type TermColumns,
} from './schedule-rows.ts'

const RANKS = { config: 2, api: 1, ping: 0 } as const
/** Two that declare the same new slug at once, or count the schedules. */
export const SCHEDULES_LOCK = 'canvas_sync_schedules'

export interface Declared {
  readonly outcome: ScheduleOutcome
  readonly schedule: WatchedSchedule | null
}

/** See `ScheduleStore.declare`; inside of a transaction. */
export async function declareSchedule(
  connection: SqlConnection,
  terms: ScheduleTerms,
  by: ScheduleDeclarer,
  { now, audit }: { readonly now: number; readonly audit: AuditEntry | null },
): Promise<Declared> {
  const { query } = connection
  await connection.lock(SCHEDULES_LOCK)
  const known = await query
    .selectFrom(SCHEDULES)
    .selectAll()
    .where('slug', '=', terms.slug)
    .executeTakeFirst()
  const columns = termColumns(terms)
  if (known === undefined) {
    const { count } = await query
      .selectFrom(SCHEDULES)
      .select((of) => of.fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) >= MOST_SCHEDULES) return { outcome: 'full', schedule: null }
    const { origin, reported_by } = by
    const made = await query
      .insertInto(SCHEDULES)
      .values({
        ...columns,
        origin,
        reported_by,
        expected_since: now,
        declared_at: origin === 'config' ? now : null,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    if (audit !== null) await query.insertInto('canvas_sync_audit').values(audit).execute()
    return { outcome: 'created', schedule: toSchedule(made) }
  }
  if (!mayChange(known, by)) return { outcome: 'kept', schedule: toSchedule(known) }
  // Whoever changes what a ping has declared takes it over; a trusted one leaves it to the token that it belongs to.
  const reported_by = by.origin === 'ping' ? known.reported_by : null
  if (isSame(known, columns) && known.origin === by.origin) {
    return { outcome: 'unchanged', schedule: toSchedule(known) }
  }
  const anew = expectsAnew(known, columns)
  if (anew) await forgetWaiting(connection, known.id)
  const changed = await query
    .updateTable(SCHEDULES)
    .set((of) => ({
      ...columns,
      origin: by.origin,
      reported_by,
      declared_at: by.origin === 'config' ? now : null,
      updated_at: now,
      version: of('version', '+', 1),
      ...(anew ? { expected_since: now } : {}),
    }))
    .where('id', '=', known.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (audit !== null) await query.insertInto('canvas_sync_audit').values(audit).execute()
  return { outcome: 'changed', schedule: toSchedule(changed) }
}

function mayChange(known: ScheduleRow, by: ScheduleDeclarer): boolean {
  if (RANKS[by.origin] !== RANKS[known.origin]) return RANKS[by.origin] > RANKS[known.origin]
  if (by.origin !== 'ping' || by.trusted === true || known.reported_by === null) return true
  return known.reported_by === by.reported_by
}

function isSame(known: ScheduleRow, columns: TermColumns): boolean {
  return (Object.keys(columns) as (keyof TermColumns)[]).every((name) => known[name] === columns[name])
}

/** What was expected of other syncs, or at other times, says nothing about those that are expected now. */
function expectsAnew(known: ScheduleRow, columns: TermColumns): boolean {
  const names = ['sync_type', 'user_id', 'cron', 'interval_ms', 'time_zone'] as const
  return names.some((name) => known[name] !== columns[name])
}

/** What waits is expected no more; the newest that was decided is the last again. */
export async function forgetWaiting({ query }: SqlConnection, schedule_id: number): Promise<void> {
  await query
    .deleteFrom(DUE_RUNS)
    .where('schedule_id', '=', schedule_id)
    .where('state', '=', 'waiting')
    .execute()
  const last = await query
    .selectFrom(`${DUE_RUNS} as d`)
    .leftJoin('canvas_sync_metrics as m', 'm.id', 'd.sync_id')
    .select(['d.due_at', 'd.state', 'd.sync_id', 'm.sync_start_time'])
    .where('d.schedule_id', '=', schedule_id)
    .orderBy('d.due_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  await query
    .updateTable(SCHEDULES)
    .set({
      due_at: last?.due_at ?? null,
      due_state: last?.state ?? null,
      due_sync_id: last?.sync_id ?? null,
      due_started_at: last?.sync_start_time ?? null,
    })
    .where('id', '=', schedule_id)
    .execute()
}
