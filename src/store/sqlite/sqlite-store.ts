import { MonitorError } from '../../core/errors.ts'
import type { MigrateOptions } from '../migrations/postponed-indexes.ts'
import { sqlParts } from '../sql/sql-parts.ts'
import { PartedStore, type StoreHealth } from '../store.ts'
import { migrate } from './migrate.ts'
import { openSqliteFile } from './open-file.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { toStoreError } from './sqlite-errors.ts'

export interface SqliteFileOptions extends MigrateOptions {
  /** Memory for pages of a file that is written at many places at once, MiB. Default 16. */
  readonly cache_mib?: number
}

/** The store over one SQLite file, on the calling thread: every call blocks it while SQLite works. */
export class SqliteStore extends PartedStore {
  readonly #database: SqliteDatabase

  /** Opens or creates the file and brings it to this version's schema. */
  constructor(path: string, options: SqliteFileOptions = {}) {
    const database = openDatabase(path, options)
    super(sqlParts(database))
    this.#database = database
  }

  async health(): Promise<StoreHealth> {
    try {
      await this.#database.read(({ query }) =>
        query.selectFrom('canvas_sync_sources').select('id').limit(1).execute(),
      )
      return { ok: true, message: null }
    } catch (error) {
      const message = error instanceof MonitorError ? error.message : 'The database does not answer.'
      return { ok: false, message }
    }
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}

function openDatabase(path: string, options: SqliteFileOptions): SqliteDatabase {
  const file = openSqliteFile(path, options.cache_mib)
  try {
    migrate(file, undefined, options)
    return new SqliteDatabase(path, file)
  } catch (error) {
    file.close()
    throw toStoreError(error, path)
  }
}
