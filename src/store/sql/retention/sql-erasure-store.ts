import { sql, type RawBuilder } from 'kysely'
import { SYNCED_ENTITIES, SYNCED_TABLES, type SyncedEntity } from '../../../core/synced-entity.ts'
import type { AuditEntry } from '../../access-store.ts'
import { SYNCS_ERASED } from '../../change-feed.ts'
import type { ErasureStep, ErasureStore, UserTraces } from '../../erasure-store.ts'
import { deleteSyncRows } from './delete-sync-rows.ts'
import { eraseIncidents } from '../erase-incidents.ts'
import { eraseFromQueue } from '../erase-from-queue.ts'
import { eraseFromReports } from '../erase-reports.ts'
import { ERASED_REASON, eraseErrorMessages, eraseReasons, namingUser } from './erase-error-messages.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'

const METRICS = 'canvas_sync_metrics'

/** {@link ErasureStore} in the SQL that both engines understand. */
export class SqlErasureStore implements ErasureStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  find(user_id: string): Promise<UserTraces> {
    return this.#database.read(async (connection) => {
      const { query } = connection
      const count = async (table: 'canvas_sync_metrics' | 'canvas_sync_audit'): Promise<number> => {
        const row = await query
          .selectFrom(table)
          .select((columns) => columns.fn.countAll<number | string>().as('count'))
          .where('user_id', '=', user_id)
          .executeTakeFirstOrThrow()
        return Number(row.count)
      }
      const running = await query
        .selectFrom(METRICS)
        .select('id')
        .where('sync_status', '=', 'in_progress')
        .where('user_id', '=', user_id)
        .execute()
      const sources = await ownSources(connection, user_id)
      return {
        running: running.length,
        syncs: await count(METRICS),
        sources: sources.length,
        synced_rows: await countSyncedRows(connection, sources),
        tokens: (await tokensNaming(connection, user_id)).length,
        audit_entries: await count('canvas_sync_audit'),
      }
    })
  }

  taskIds(user_id: string): Promise<string[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom(METRICS)
        .select('sync_task_id')
        .where('user_id', '=', user_id)
        .execute()
      return rows.map((row) => row.sync_task_id)
    })
  }

  eraseSyncs(user_id: string, limit: number): Promise<ErasureStep> {
    return this.#database.write(async (connection) => {
      await zeroWhatIsDeleted(connection)
      const syncs = await connection.query
        .selectFrom(METRICS)
        .select(['id', 'sync_start_time'])
        .where('user_id', '=', user_id)
        .where('sync_status', '!=', 'in_progress')
        .orderBy('sync_start_time')
        .orderBy('id')
        .limit(limit)
        .execute()
      if (syncs.length === 0) return { rows: 0, done: true }
      const ids = syncs.map(({ id }) => id)
      await eraseErrorMessages(connection, user_id, ids)
      // They have no foreign key: a change outlives its sync elsewhere.
      const changes = await connection.query
        .deleteFrom('canvas_sync_changes')
        .where('sync_id', 'in', ids)
        .executeTakeFirst()
      const { deleted } = await deleteSyncRows(connection, syncs, limit, (where) =>
        where('user_id', '=', user_id),
      )
      await tellFollowers(connection)
      const rows = deleted.syncs + deleted.courses + deleted.status_changes + Number(changes.numDeletedRows)
      return { rows, done: false }
    })
  }

  eraseData(user_id: string, limit: number): Promise<ErasureStep> {
    return this.#database.write(async (connection) => {
      await zeroWhatIsDeleted(connection)
      for (const source_id of await ownSources(connection, user_id)) {
        for (const entity of SYNCED_ENTITIES) {
          const table = tableOf(entity)
          const { numAffectedRows } = await sql`delete from ${table} where source_id = ${source_id} and id in
            (select id from ${table} where source_id = ${source_id} limit ${limit})`.execute(connection.query)
          const rows = Number(numAffectedRows ?? 0n)
          if (rows > 0) return { rows, done: false }
        }
      }
      return { rows: 0, done: true }
    })
  }

  async eraseTraces(user_id: string, audit: AuditEntry): Promise<void> {
    await this.#database.write(async (connection) => {
      const { query } = connection
      await zeroWhatIsDeleted(connection)
      const sources = await ownSources(connection, user_id)
      const naming = namingUser(user_id)
      await eraseFromReports(connection, sources, naming)
      await eraseFromQueue(connection, user_id, audit.at)
      await sql`delete from canvas_sync_source_users where user_id = ${user_id}`.execute(query)
      for (const source_id of sources) {
        for (const table of ['canvas_sync_listings', 'canvas_sync_checkpoints'] as const) {
          await query.deleteFrom(table).where('source_id', '=', source_id).execute()
        }
        await query.deleteFrom('canvas_sync_sources').where('id', '=', source_id).execute()
      }
      await sql`delete from canvas_sync_user_totals where user_id = ${user_id}`.execute(query)
      await sql`delete from canvas_sync_users where user_id = ${user_id}`.execute(query)
      // With what became of their times.
      await query.deleteFrom('canvas_sync_schedules').where('user_id', '=', user_id).execute()
      await eraseReasons(connection, user_id)
      await eraseIncidents(connection, user_id, { naming, erased: ERASED_REASON, at: audit.at })
      await forgetTokens(connection, user_id, audit.at)
      await query
        .updateTable('canvas_sync_audit')
        .set({ user_id: null, target: null })
        .where('user_id', '=', user_id)
        .execute()
      await query.insertInto('canvas_sync_audit').values(audit).execute()
    })
  }
}

const tableOf = (entity: SyncedEntity): RawBuilder<unknown> => sql.table(SYNCED_TABLES[entity].table)

/** SQLite leaves the bytes of deleted rows in the file until they are used again, unless it is told to overwrite them. */
async function zeroWhatIsDeleted({ dialect, query }: SqlConnection): Promise<void> {
  if (dialect === 'sqlite') await sql`pragma secure_delete = on`.execute(query)
}

/** Servers keep the newest changes in memory for clients that come back. */
async function tellFollowers({ dialect, query }: SqlConnection): Promise<void> {
  const changed_at =
    dialect === 'sqlite'
      ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
      : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
  await query.insertInto('canvas_sync_changes').values({ kind: SYNCS_ERASED, changed_at }).execute()
}

/** Sources whose every known reader is this user. */
async function ownSources({ query }: SqlConnection, user_id: string): Promise<number[]> {
  const { rows } = await sql<{ source_id: number }>`
    select source_id from canvas_sync_source_users mine
    where mine.user_id = ${user_id}
      and not exists (
        select 1 from canvas_sync_source_users others
        where others.source_id = mine.source_id and others.user_id <> ${user_id}
      )
      and not exists (
        select 1 from canvas_sync_metrics nobodys
        where nobodys.source_id = mine.source_id and nobodys.user_id is null
      )
    order by source_id`.execute(query)
  return rows.map((row) => row.source_id)
}

async function countSyncedRows(
  { query }: SqlConnection,
  sources: readonly number[],
): Promise<UserTraces['synced_rows']> {
  const counts: Partial<Record<SyncedEntity, number>> = {}
  if (sources.length === 0) return counts
  for (const entity of SYNCED_ENTITIES) {
    const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${tableOf(entity)}
      where source_id in (${sql.join([...sources])})`.execute(query)
    const count = Number(rows[0]?.count ?? 0)
    if (count > 0) counts[entity] = count
  }
  return counts
}

interface NamingToken {
  readonly id: string
  readonly others: readonly string[]
}

async function tokensNaming({ query }: SqlConnection, user_id: string): Promise<NamingToken[]> {
  const scope = `read:user:${user_id}`
  const rows = await query.selectFrom('canvas_sync_tokens').select(['id', 'scopes']).execute()
  return rows.flatMap(({ id, scopes }) => {
    const all = JSON.parse(scopes) as string[]
    return all.includes(scope) ? [{ id, others: all.filter((one) => one !== scope) }] : []
  })
}

/** A token that could read this user alone is of no use any more. */
async function forgetTokens(connection: SqlConnection, user_id: string, at: number): Promise<void> {
  const { query } = connection
  for (const { id, others } of await tokensNaming(connection, user_id)) {
    await query
      .updateTable('canvas_sync_tokens')
      .set({ scopes: JSON.stringify(others) })
      .where('id', '=', id)
      .execute()
    if (others.length > 0) continue
    await query
      .updateTable('canvas_sync_tokens')
      .set({ revoked_at: at })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute()
    await query.deleteFrom('canvas_sync_sessions').where('token_id', '=', id).execute()
  }
}
