import { sql } from 'kysely'
import type { SqlDatabase } from '../sql-database.ts'

/** The transactions that have written to the table of changes and have not ended, by their virtual ids. */
const OPEN_WRITERS = sql<{ virtualtransaction: string }>`
  select distinct virtualtransaction from pg_locks
  where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
    and relation = 'canvas_sync_changes'::regclass
    and database = (select oid from pg_database where datname = current_database())`

interface Question {
  /** The highest id that was visible when the writers were looked for. */
  readonly through: number
  /** Who may still commit a lower id. */
  readonly writers: ReadonlySet<string>
}

/**
 * Up to which id PostgreSQL's changes are settled: each lower one is visible or will never be.
 *
 * Ids are given out in order but become visible in the order of the commits. A transaction holds its lock on the table
 * from before it takes an id until after its commit is visible. So whoever may still bring an id below one that is
 * visible is among those that hold the lock now; when none of them does any more, all is settled. Other transactions
 * of the server, however long they run, delay nothing, as they would with `pg_snapshot_xmin`.
 */
export class ChangeSettlement {
  readonly #database: SqlDatabase
  #through = 0
  #open: Question | null = null

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  /** @param visible an id that was visible before this call */
  async through(visible: number): Promise<number> {
    if (visible <= this.#through) return this.#through
    const rows = await this.#database.read(({ query }) => OPEN_WRITERS.execute(query))
    const writers = new Set(rows.rows.map((row) => row.virtualtransaction))
    const open = this.#open
    if (open !== null && open.writers.isDisjointFrom(writers)) {
      this.#through = Math.max(this.#through, open.through)
      this.#open = null
    }
    if (writers.size === 0) this.#through = Math.max(this.#through, visible)
    else if (visible > this.#through) this.#open ??= { through: visible, writers }
    return this.#through
  }
}
