import type { ClientBase } from 'pg'
import {
  notOurs,
  pendingIn,
  readMigrations,
  type AppliedMigration,
  type FoundSchema,
  type Migration,
  type MigrationReport,
} from '../migrations/migrations.ts'
import { POSTPONED_TABLE, type MigrateOptions } from '../migrations/postponed-indexes.ts'
import { makePostponedIndexes, postponeIndexes } from './postponed-indexes.ts'
import { lockKey } from './postgres-connection.ts'
import { sqlState } from './postgres-errors.ts'

const UNDEFINED_COLUMN = '42703'

/**
 * Brings the database to this program's version in one transaction: all pending migrations are applied or none.
 * Servers may start at once: what is pending is asked again under a lock, so the second finds it done.
 *
 * @throws MonitorError as {@link pendingIn}.
 */
export async function migrate(
  client: ClientBase,
  migrations: readonly Migration[] = readMigrations('postgres'),
  { postpone_indexes = false }: MigrateOptions = {},
): Promise<MigrationReport> {
  const version = migrations.at(-1)?.version ?? 0
  // Without the lock first: a server that starts changes nothing, and may have no right to.
  const found = await foundSchema(client)
  const lacking = pendingIn(found, migrations)
  // First: a migration may change an index that is still to be made.
  if (found.present.has(POSTPONED_TABLE)) await makePostponedIndexes(client)
  if (lacking.length === 0) return { applied: [], version }
  await client.query('begin')
  try {
    // The one that waits does so for as long as the other one needs.
    await client.query('set local lock_timeout = 0; set local statement_timeout = 0')
    await client.query('select pg_advisory_xact_lock($1)', [lockKey('migrations')])
    const pending = await pendingMigrations(client, migrations)
    await client.query(`create table if not exists canvas_sync_migrations
      (version integer primary key, name text not null, checksum text not null, applied_at bigint not null)`)
    for (const { name, checksum, text, version } of pending) {
      await client.query(
        'insert into canvas_sync_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)',
        [version, name, checksum, Date.now()],
      )
      await client.query(text)
    }
    if (postpone_indexes && pending.length === migrations.length) await postponeIndexes(client)
    await client.query('commit')
    return { applied: pending.map(({ name }) => name), version }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** The migrations that the database lacks; changes nothing. @throws MonitorError as {@link pendingIn} */
export async function pendingMigrations(
  client: ClientBase,
  migrations: readonly Migration[] = readMigrations('postgres'),
): Promise<Migration[]> {
  return pendingIn(await foundSchema(client), migrations)
}

async function foundSchema(client: ClientBase): Promise<FoundSchema> {
  const { rows } = await client.query<{ name: string }>(`
    select relname as name from pg_class where relnamespace = quote_ident(current_schema())::regnamespace
    union select proname from pg_proc where pronamespace = quote_ident(current_schema())::regnamespace`)
  const present = new Set(rows.map(({ name }) => name.toLowerCase()))
  return { present, done: present.has('canvas_sync_migrations') ? await appliedMigrations(client) : [] }
}

async function appliedMigrations(client: ClientBase): Promise<AppliedMigration[]> {
  try {
    const { rows } = await client.query<AppliedMigration>(
      'select version, name, checksum from canvas_sync_migrations order by version',
    )
    return rows
  } catch (error) {
    if (sqlState(error) === UNDEFINED_COLUMN) throw notOurs('canvas_sync_migrations', error)
    throw error
  }
}
