import type { Freshness, FreshnessPage, FreshnessQuery } from '../freshness.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link Freshness} in the SQL that both engines understand. */
export class SqlFreshness implements Freshness {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(_query: FreshnessQuery): Promise<FreshnessPage> {
    return this.#database.read(async () => ({ rows: [], next: null }))
  }
}
