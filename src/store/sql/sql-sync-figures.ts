import type { SyncFigures, SyncTotals, TotalsFilter } from '../sync-figures.ts'
import type { SqlDatabase } from './sql-database.ts'
import { durationsAt, sumSyncs } from './sync-statistics.ts'

/** {@link SyncFigures} in the SQL that both engines understand. */
export class SqlSyncFigures implements SyncFigures {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  totals(filter: TotalsFilter): Promise<SyncTotals> {
    return this.#database.read(({ query }) => sumSyncs(query, filter))
  }

  durationPercentiles(since: number, fractions: readonly number[]): Promise<(number | null)[]> {
    return this.#database.read(({ query }) => durationsAt(query, since, fractions))
  }
}
