import type { DatabaseSync } from 'node:sqlite'
import {
  notOurs,
  pendingIn,
  readMigrations,
  type AppliedMigration,
  type Migration,
  type MigrationReport,
} from '../migrations/migrations.ts'
import { POSTPONED_TABLE, type MigrateOptions } from '../migrations/postponed-indexes.ts'
import { makePostponedIndexes, postponeIndexes } from './postponed-indexes.ts'

/** The migrations that come with this program, in order. */
export function loadMigrations(): Migration[] {
  return readMigrations('sqlite')
}

/**
 * Brings the database to this program's version in one transaction: all pending migrations are applied or none.
 * Two processes may start at once: what is pending is asked under the write lock, so the second finds it done.
 *
 * @throws MonitorError as {@link pendingMigrations}.
 */
export function migrate(
  database: DatabaseSync,
  migrations: readonly Migration[] = loadMigrations(),
  { postpone_indexes = false }: MigrateOptions = {},
): MigrationReport {
  // First: a migration may change an index that is still to be made.
  if (hasPostponed(database)) makePostponedIndexes(database)
  database.exec('begin immediate')
  try {
    const pending = pendingMigrations(database, migrations)
    database.exec(
      'create table if not exists canvas_sync_migrations (version integer primary key, name text not null, checksum text not null, applied_at integer not null)',
    )
    const mark = database.prepare(
      'insert into canvas_sync_migrations (version, name, checksum, applied_at) values (?, ?, ?, ?)',
    )
    for (const { version, name, checksum, text } of pending) {
      mark.run(version, name, checksum, Date.now())
      database.exec(text)
    }
    if (postpone_indexes && pending.length === migrations.length) postponeIndexes(database)
    database.exec('commit')
    return { applied: pending.map(({ name }) => name), version: migrations.at(-1)?.version ?? 0 }
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/**
 * The migrations that the database lacks; changes nothing.
 *
 * @throws MonitorError `database_newer` when a newer program was here, `database_unsupported` when a table of
 * ours is there that we did not make.
 */
export function pendingMigrations(
  database: DatabaseSync,
  migrations: readonly Migration[] = loadMigrations(),
): Migration[] {
  const names = database.prepare('select name from sqlite_schema').all()
  const present = new Set(names.map((row) => String(row['name']).toLowerCase()))
  const done = present.has('canvas_sync_migrations') ? appliedMigrations(database) : []
  return pendingIn({ present, done }, migrations)
}

const hasPostponed = (database: DatabaseSync): boolean =>
  database.prepare('select name from sqlite_schema where name = ?').get(POSTPONED_TABLE) !== undefined

function appliedMigrations(database: DatabaseSync): AppliedMigration[] {
  try {
    const rows = database
      .prepare('select version, name, checksum from canvas_sync_migrations order by version')
      .all()
    return rows as unknown as AppliedMigration[]
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such column')) {
      throw notOurs('canvas_sync_migrations', error)
    }
    throw error
  }
}
