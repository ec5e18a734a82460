import type { MigrationReport } from '../migrations/migrations.ts'
import { migrate } from './migrate.ts'
import { openSqliteFile } from './open-file.ts'
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
