import type { MigrationReport } from './migrations/migrations.ts'
import { isPostgres, sqlitePath } from './open-store.ts'

/** Brings the database named by a URL to this version's schema, as opening its store does. */
export async function migrateDatabase(database: string): Promise<MigrationReport> {
  if (isPostgres(database)) {
    const { migratePostgres } = await import('./postgres/postgres-store.ts')
    return await migratePostgres(database)
  }
  const { migrateSqliteFile } = await import('./sqlite/migrate-file.ts')
  return migrateSqliteFile(sqlitePath(database))
}
