import type { AccessStore } from '../access-store.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link AccessStore} in the SQL that both engines understand. */
// oxlint-disable-next-line typescript/no-extraneous-class -- about to be filled
export class SqlAccessStore implements AccessStore {
  constructor(_database: SqlDatabase) {}
}
