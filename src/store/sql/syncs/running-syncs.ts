import { sql, type UpdateObject } from 'kysely'
import type { RunningSync, RunningSyncKey, StatusChange } from '../../sync-store.ts'
import { groupErrors } from '../figures/error-group-rows.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import type { Tables } from '../tables.ts'

const METRICS = 'canvas_sync_metrics'

/** Syncs in one statement: each brings its own running time. */
const BEATS_AT_ONCE = 100

/** How long a lost sync lived, as far as is known. The clock may have gone back since its start. */
const lastAlive = sql<number>`case when heartbeat_at > sync_start_time then heartbeat_at else sync_start_time end`

/** See `SyncStore.heartbeat`. Always in the order of the ids: two that beat for the same syncs must not wait for each other. */
export async function beat(
  database: SqlDatabase,
  sync_ids: readonly number[],
  at: number,
  running_ms: readonly number[] | undefined,
): Promise<void> {
  const beats = sync_ids.map((id, index) => ({ id, ran: running_ms?.[index] })).sort((a, b) => a.id - b.id)
  if (beats.length === 0) return
  await database.write(async ({ query }) => {
    for (let from = 0; from < beats.length; from += BEATS_AT_ONCE) {
      const some = beats.slice(from, from + BEATS_AT_ONCE)
      const told = some.filter(({ ran }) => ran !== undefined)
      const cases = told.map(({ id, ran = 0 }) => sql`when ${id} then ${Math.round(ran)}`)
      await query
        .updateTable(METRICS)
        .set({
          heartbeat_at: at,
          heartbeat_count: sql<number>`heartbeat_count + 1`,
          ...(cases.length === 0
            ? {}
            : { running_ms: sql<number>`case id ${sql.join(cases, sql` `)} else running_ms end` }),
        })
        .where(
          'id',
          'in',
          some.map(({ id }) => id),
        )
        .where('sync_status', '=', 'in_progress')
        .execute()
    }
  })
}

/** See `SyncStore.listRunning`. */
export function listRunning(
  database: SqlDatabase,
  after: RunningSyncKey | null,
  limit: number,
): Promise<RunningSync[]> {
  return database.read(async ({ query }) => {
    let select = query
      .selectFrom(METRICS)
      .select([
        'id',
        'sync_start_time',
        'sync_task_id',
        'user_id',
        'sync_type',
        'host',
        'pid',
        'process_started',
        'heartbeat_count',
        'running_ms',
        'heartbeat_expected',
      ])
      .where('sync_status', '=', 'in_progress')
    if (after !== null) {
      select = select.where(sql<boolean>`(sync_start_time, id) > (${after.sync_start_time}, ${after.id})`)
    }
    const rows = await select.orderBy('sync_start_time').orderBy('id').limit(limit).execute()
    return rows.map((row) => ({ ...row, heartbeat_expected: row.heartbeat_expected === 1 }))
  })
}

/** See `SyncStore.markLost`. */
export function markLost(
  database: SqlDatabase,
  sync_ids: readonly number[],
  reason: string,
  at: number,
): Promise<number[]> {
  return database.write(async (connection) => {
    const lost: number[] = []
    for (const sync_id of sync_ids) {
      const lived_ms = sql`coalesce(running_ms, (${lastAlive}) - sync_start_time)`
      const marked = await endRunning(connection, sync_id, {
        sync_status: 'lost',
        error_type: 'lost',
        error_message: reason,
        sync_end_time: lastAlive,
        total_duration_seconds: sql<number>`${lived_ms} / 1000.0`,
      })
      if (!marked) continue
      lost.push(sync_id)
      await recordChange(connection, {
        sync_id,
        old_status: 'in_progress',
        new_status: 'lost',
        reason,
        changed_at: at,
      })
    }
    await groupErrors(connection, lost)
    return lost
  })
}

/** See `SyncStore.markTimedOut`. */
export function markTimedOut(
  database: SqlDatabase,
  sync_id: number,
  reason: string,
  at: number,
  running_ms: number,
): Promise<boolean> {
  return database.write(async (connection) => {
    const marked = await endRunning(connection, sync_id, {
      sync_status: 'timed_out',
      error_type: 'timed_out',
      error_message: reason,
      sync_end_time: sql<number>`case when sync_start_time > ${at} then sync_start_time else ${at} end`,
      total_duration_seconds: running_ms / 1000,
    })
    if (!marked) return false
    await recordChange(connection, {
      sync_id,
      old_status: 'in_progress',
      new_status: 'timed_out',
      reason,
      changed_at: at,
    })
    await groupErrors(connection, [sync_id])
    return true
  })
}

/** Compare and set: of two that come at once one has ended it. */
async function endRunning(
  { query }: SqlConnection,
  sync_id: number,
  end: UpdateObject<Tables, typeof METRICS>,
): Promise<boolean> {
  const row = await query
    .updateTable(METRICS)
    .set(end)
    .where('id', '=', sync_id)
    .where('sync_status', '=', 'in_progress')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function recordChange(connection: SqlConnection, change: StatusChange): Promise<void> {
  await connection.query.insertInto('canvas_sync_status_changes').values(change).execute()
}
