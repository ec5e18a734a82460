import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type { DeletedSyncRows, SyncPlace } from '../../retention-store.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { Tables } from '../tables.ts'

/** What hangs on a sync and may be much; it goes with the sync (on delete cascade), or before it in pieces. */
const HANGING = [
  { table: 'canvas_sync_courses', key: 'course_id' },
  { table: 'canvas_sync_ingest_events', key: 'event_id' },
  { table: 'canvas_sync_status_changes', key: 'id' },
] as const
type HangingTable = (typeof HANGING)[number]['table']

interface Deletion {
  readonly deleted: DeletedSyncRows
  /** Where to go on when not all of them could be deleted. */
  readonly next: SyncPlace | null
}

/**
 * Deletes the first of these syncs, as many as have about `rows` rows together. Of one that has more alone, a piece of
 * what hangs on it goes first, and the sync itself with a later call.
 *
 * @param still what must hold of a sync at the moment it is deleted
 */
export async function deleteSyncRows(
  connection: SqlConnection,
  syncs: readonly SyncPlace[],
  rows: number,
  still: (where: ExpressionBuilder<Tables, 'canvas_sync_metrics'>) => Expression<SqlBool>,
): Promise<Deletion> {
  const deleted = { syncs: 0, courses: 0, status_changes: 0 }
  if (syncs.length === 0) return { deleted, next: null }
  const hanging = await countHanging(connection, syncs)
  const going: SyncPlace[] = []
  let sum = 0
  for (const sync of syncs) {
    const own = hanging.get(sync.id) ?? {}
    const own_rows = HANGING.reduce((all, { table }) => all + (own[table] ?? 0), 1)
    if (going.length > 0 && sum + own_rows > rows) break
    if (own_rows > 2 * rows) {
      const piece = await deletePiece(connection, sync, rows, own)
      // The same sync again: from just before its own place.
      return { deleted: piece, next: { sync_start_time: sync.sync_start_time, id: sync.id - 1 } }
    }
    going.push(sync)
    sum += own_rows
    deleted.courses += own.canvas_sync_courses ?? 0
    deleted.status_changes += own.canvas_sync_status_changes ?? 0
  }
  const ids = going.map(({ id }) => id)
  const gone = await connection.query
    .deleteFrom('canvas_sync_metrics')
    .where('id', 'in', ids)
    .where(still)
    .executeTakeFirst()
  deleted.syncs = Number(gone.numDeletedRows)
  return { deleted, next: going.length < syncs.length ? (going.at(-1) ?? null) : null }
}

type Counts = Partial<Record<HangingTable, number>>

async function countHanging(
  { query }: SqlConnection,
  syncs: readonly SyncPlace[],
): Promise<Map<number, Counts>> {
  const ids = syncs.map(({ id }) => id)
  const counts = new Map<number, Counts>()
  for (const { table } of HANGING) {
    const { rows } = await sql<{ sync_id: number; count: number | string }>`
      select sync_id, count(*) as count from ${sql.table(table)}
      where sync_id in (${sql.join(ids)}) group by sync_id`.execute(query)
    for (const row of rows) {
      const of_sync = counts.get(row.sync_id) ?? {}
      of_sync[table] = Number(row.count)
      counts.set(row.sync_id, of_sync)
    }
  }
  return counts
}

async function deletePiece(
  { query }: SqlConnection,
  { id }: SyncPlace,
  rows: number,
  own: Counts,
): Promise<DeletedSyncRows> {
  const most = HANGING.toSorted((a, b) => (own[b.table] ?? 0) - (own[a.table] ?? 0))[0] ?? HANGING[0]
  const key = sql.ref(most.key)
  const table = sql.table(most.table)
  await sql`delete from ${table} where sync_id = ${id} and ${key} in
    (select ${key} from ${table} where sync_id = ${id} limit ${rows})`.execute(query)
  const gone = Math.min(rows, own[most.table] ?? 0)
  return {
    syncs: 0,
    courses: most.table === 'canvas_sync_courses' ? gone : 0,
    status_changes: most.table === 'canvas_sync_status_changes' ? gone : 0,
  }
}
