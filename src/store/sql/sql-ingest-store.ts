import type { IngestStore } from '../ingest-store.ts'
import type { SqlDatabase } from './sql-database.ts'

/** {@link IngestStore} in the SQL that both engines understand. */
// oxlint-disable-next-line typescript/no-extraneous-class -- about to be filled
export class SqlIngestStore implements IngestStore {
  constructor(_database: SqlDatabase) {}
}
