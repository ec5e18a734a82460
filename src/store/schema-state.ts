import { existsSync } from 'node:fs'
import { readMigrations, type Migration } from './migrations/migrations.ts'
import { isPostgres, sqlitePath } from './open-store.ts'

/** Whether a database has this version's schema, that of an earlier one, or nothing of ours. */
export type SchemaState = 'current' | 'older' | 'none'

/** Only looks, where opening the store would make or change the schema. @throws MonitorError as opening it does */
export async function schemaState(database: string): Promise<SchemaState> {
  if (isPostgres(database)) {
    const { pendingPostgres } = await import('./postgres/postgres-store.ts')
    return stateOf(await pendingPostgres(database), readMigrations('postgres'))
  }
  const path = sqlitePath(database)
  if (!existsSync(path)) return 'none'
  const { pendingSqlite } = await import('./sqlite/migrate-file.ts')
  return stateOf(pendingSqlite(path), readMigrations('sqlite'))
}

function stateOf(pending: readonly Migration[], all: readonly Migration[]): SchemaState {
  if (pending.length === 0) return 'current'
  return pending.length === all.length ? 'none' : 'older'
}
