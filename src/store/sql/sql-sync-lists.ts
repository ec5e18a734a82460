import type { SyncLists, SyncPage, SyncPageQuery } from '../sync-lists.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link SyncLists} in the SQL that both engines understand. */
export class SqlSyncLists implements SyncLists {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(_query: SyncPageQuery): Promise<SyncPage> {
    return this.#database.read(async () => ({ rows: [], next: null }))
  }
}
