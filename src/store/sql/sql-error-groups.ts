import type { ErrorGroup, ErrorGroupQuery, ErrorGroups } from '../error-groups.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link ErrorGroups} in the SQL that both engines understand. */
export class SqlErrorGroups implements ErrorGroups {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  list(_query: ErrorGroupQuery): Promise<ErrorGroup[]> {
    return this.#database.read(async () => [])
  }
}
