import type { Migration, MigrationReport } from '../migrations/migrations.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { openForReading, openSqliteFile } from './open-file.ts'
import { toStoreError } from './sqlite-errors.ts'

/** Makes the file when it is not there, brings it to this version's schema and closes it. */
export function migrateSqliteFile(path: string): MigrationReport {
  const file = openSqliteFile(path)
  try {
    return migrate(file)
  } catch (error) {
    throw toStoreError(error, path)
  } finally {
    file.close()
  }
}

/** The migrations that a file lacks; changes nothing. */
export function pendingSqlite(path: string): Migration[] {
  try {
    using file = openForReading(path)
    return pendingMigrations(file)
  } catch (error) {
    throw toStoreError(error, path)
  }
}
