import type { RetentionStore } from '../retention-store.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link RetentionStore} in the SQL that both engines understand. */
// oxlint-disable-next-line typescript/no-extraneous-class -- about to be filled
export class SqlRetentionStore implements RetentionStore {
  constructor(_database: SqlDatabase) {}
}
