import type {
  DatabaseFacts,
  JobFacts,
  MigrationFacts,
  SizeSample,
  SystemStore,
  TableFacts,
} from '../../system-store.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { databaseFacts } from './database-facts.ts'
import { tableFacts } from './table-facts.ts'

/** Half a year of hours on one host. */
const MOST_SAMPLES = 5000

/** {@link SystemStore} in the SQL that both engines understand. */
export class SqlSystemStore implements SystemStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  database(): Promise<DatabaseFacts> {
    return this.#database.read(databaseFacts)
  }

  tables(): Promise<TableFacts[]> {
    return this.#database.read(tableFacts)
  }

  migrations(): Promise<MigrationFacts[]> {
    return this.#database.read(({ select }) =>
      select<MigrationFacts>(
        'select version, name, applied_at from canvas_sync_migrations order by version',
        [],
      ),
    )
  }

  async jobs(now: number): Promise<JobFacts[]> {
    const rows = await this.#database.read(({ query }) =>
      query.selectFrom('canvas_sync_maintenance').selectAll().orderBy('job').execute(),
    )
    return rows.map(({ job, holder, held_until, done_for, done_at, report }) => ({
      job,
      running: holder !== null && held_until > now,
      done_for,
      done_at,
      report,
    }))
  }

  syncRows(): Promise<number> {
    return this.#database.read(async ({ select }) => {
      // Ids are given one after the other and the oldest go first, so that hardly any is missing between the two.
      const text = `select (select id from canvas_sync_metrics order by id desc limit 1) -
        (select id from canvas_sync_metrics order by id limit 1) + 1 as sync_rows`
      const [row] = await select<{ sync_rows: number | null }>(text, [])
      return row?.sync_rows ?? 0
    })
  }

  async addSizes(sample: SizeSample, forget_before: number): Promise<void> {
    const { host, measured_at, database_bytes, sync_rows, log_bytes, archive_bytes } = sample
    await this.#database.write(async ({ dialect, executeMany }) => {
      const insert = `insert into canvas_sync_sizes
        (host, measured_at, database_bytes, sync_rows, log_bytes, archive_bytes) values (?, ?, ?, ?, ?, ?)
        on conflict (measured_at, host) do update set database_bytes = excluded.database_bytes,
          sync_rows = excluded.sync_rows, log_bytes = excluded.log_bytes, archive_bytes = excluded.archive_bytes`
      const values = [host, measured_at, database_bytes, sync_rows, log_bytes, archive_bytes]
      await executeMany(textFor(dialect, insert), [values])
      const forget = 'delete from canvas_sync_sizes where measured_at < ?'
      await executeMany(textFor(dialect, forget), [[forget_before]])
    })
  }

  async listSizes(since: number): Promise<SizeSample[]> {
    const newest = await this.#database.read(({ dialect, select }) => {
      const text = `select host, measured_at, database_bytes, sync_rows, log_bytes, archive_bytes
        from canvas_sync_sizes where measured_at >= ? order by measured_at desc, host desc limit ?`
      return select<SizeSample>(textFor(dialect, text), [since, MOST_SAMPLES])
    })
    return newest.toReversed()
  }
}
