import { MonitorError } from '../../core/errors.ts'
import { SqlSyncStore } from '../sql/sql-sync-store.ts'
import { SqlSyncedDataStore } from '../sql/sql-synced-data-store.ts'
import type { Store, StoreHealth } from '../store.ts'
import type { SyncStore } from '../sync-store.ts'
import type { SyncedDataStore } from '../synced-data-store.ts'
import { migrate } from './migrate.ts'
import { openSqliteFile } from './open-file.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { toStoreError } from './sqlite-errors.ts'

/** The store over one SQLite file, on the calling thread: every call blocks it while SQLite works. */
export class SqliteStore implements Store {
  readonly syncs: SyncStore
  readonly data: SyncedDataStore
  readonly #database: SqliteDatabase

  /** Opens or creates the file and brings it to this version's schema. */
  constructor(path: string) {
    const file = openSqliteFile(path)
    try {
      migrate(file)
      this.#database = new SqliteDatabase(path, file)
    } catch (error) {
      file.close()
      throw toStoreError(error, path)
    }
    this.syncs = new SqlSyncStore(this.#database)
    this.data = new SqlSyncedDataStore(this.#database)
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
