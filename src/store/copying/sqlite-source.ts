import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { MonitorError } from '../../core/errors.ts'
import { pendingMigrations } from '../sqlite/migrate.ts'
import { openForReading } from '../sqlite/open-file.ts'
import { toStoreError } from '../sqlite/sqlite-errors.ts'

/** Counted with bigints, or what is beyond 2^53 would be another number on the other side. */
export type SourceValue = string | number | bigint | Uint8Array | null

export interface SourceTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
}

/** A SQLite database as it is at one moment, whoever goes on to write. */
export class SqliteSource implements Disposable {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** @throws MonitorError when it is not there, not ours, or not of this version */
  static open(path: string): SqliteSource {
    if (!existsSync(path)) {
      throw new MonitorError('not_found_locally', `There is no database ${path}.`, {
        next_step: 'Name the SQLite database that is to be copied with --from.',
      })
    }
    try {
      const database = openForReading(path)
      try {
        refuseOtherVersion(database, path)
        database.exec('begin')
        return new SqliteSource(database)
      } catch (error) {
        database.close()
        throw error
      }
    } catch (error) {
      throw toStoreError(error, path)
    }
  }

  /** Of ours, with what they hold. */
  tables(): SourceTable[] {
    const names = this.#database
      .prepare(`select name from sqlite_schema where type = 'table' and name like 'canvas%' order by name`)
      .all() as { name: string }[]
    return names.map(({ name }) => {
      const columns = this.#database.prepare('select name from pragma_table_info(?)').all(name) as {
        name: string
      }[]
      return {
        name,
        columns: columns.map((column) => column.name),
        rows: this.#number(`select count(*) from ${name}`),
      }
    })
  }

  *rows({ name, columns }: SourceTable): Generator<readonly SourceValue[]> {
    const statement = this.#database.prepare(`select ${columns.join(', ')} from ${name}`)
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    yield* statement.iterate() as unknown as Iterable<readonly SourceValue[]>
  }

  /** The highest id that a table ever gave: one that was deleted must not come back. */
  highestId(table: string): number {
    const kept = this.#number(`select coalesce(max(id), 0) from ${table}`)
    const given = this.#number(`select coalesce(max(seq), 0) from sqlite_sequence where name = '${table}'`)
    return Math.max(kept, given)
  }

  count(statement: string): number {
    return this.#number(statement)
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }

  #number(statement: string): number {
    const prepared = this.#database.prepare(statement)
    prepared.setReturnArrays(true)
    const [value] = prepared.get() as unknown as readonly [number]
    return value
  }
}

function refuseOtherVersion(database: DatabaseSync, path: string): void {
  if (pendingMigrations(database).length === 0) return
  throw new MonitorError(
    'database_unsupported',
    `${path} is of an older version of this program, or is not its own.`,
    {
      next_step: `Bring it to this version first: canvas-sync-monitor migrate --database sqlite:${path}`,
    },
  )
}
