import type { ChangeFeed } from '../change-feed.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link ChangeFeed} in the SQL that both engines understand. */
// oxlint-disable-next-line typescript/no-extraneous-class -- about to be filled
export class SqlChangeFeed implements ChangeFeed {
  constructor(_database: SqlDatabase) {}
}
