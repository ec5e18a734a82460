import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import type { EarlierPage, EarlierSource } from '../earlier-source.ts'
import { isOwnTable, ownTableRefused, tableMissing } from './table-errors.ts'

const BUSY_TIMEOUT_MS = 10_000
/** Read in some milliseconds: as long as that, an old journal keeps the earlier application from writing. */
const ROWS_AT_ONCE = 2000

/** A table in a SQLite file that the earlier application may be using. */
export class SqliteSource implements EarlierSource {
  readonly kind = 'sqlite'
  readonly place: string
  readonly total: number
  readonly #database: DatabaseSync
  readonly #table: string
  readonly #columns: readonly string[]

  private constructor(path: string, database: DatabaseSync, table: string) {
    this.place = path
    this.#database = database
    const tables = database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all()
      .map((row) => String(row['name']))
    const found = tables.find((name) => name.toLowerCase() === table.toLowerCase())
    if (found === undefined) throw tableMissing(table, path, tables)
    this.#table = `"${found.replaceAll('"', '""')}"`
    this.#columns = database
      .prepare('select name from pragma_table_info(?) order by cid')
      .all(found)
      .map((row) => String(row['name']))
    if (isOwnTable(this.#columns)) throw ownTableRefused(path)
    const [count] = database.prepare(`select count(*) as count from ${this.#table}`).all()
    this.total = Number(count?.['count'] ?? 0)
  }

  static open(path: string, table: string): SqliteSource {
    if (!existsSync(path)) {
      throw new MonitorError('not_found_locally', `There is no file ${path}.`, {
        next_step: 'Give the database file of the earlier system.',
      })
    }
    const database = openForReading(path)
    try {
      return new SqliteSource(path, database, table)
    } catch (error) {
      database.close()
      throw sqliteFailure(error, path)
    }
  }

  async *pages(signal: AbortSignal): AsyncGenerator<EarlierPage> {
    const names = this.#columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
    const statement = this.#database.prepare(
      `select rowid, ${names} from ${this.#table} where rowid > ? order by rowid limit ${ROWS_AT_ONCE}`,
    )
    statement.setReturnArrays(true)
    let after: number | bigint = Number.MIN_SAFE_INTEGER
    let done = 0
    for (;;) {
      signal.throwIfAborted()
      const rows = readPage(statement, after, this.place)
      const last = rows.at(-1)?.[0]
      if (last === undefined || last === null) return
      done += rows.length
      for (const row of rows) row.shift()
      yield { columns: this.#columns, rows, done }
      after = BigInt(last as number | bigint)
      await nextTurn()
    }
  }

  notes(): readonly never[] {
    return []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close()
  }
}

type Row = SQLOutputValue[]

function readPage(
  statement: ReturnType<DatabaseSync['prepare']>,
  after: number | bigint,
  path: string,
): Row[] {
  const read = (): Row[] => statement.all(after) as unknown as Row[]
  try {
    return read()
  } catch (error) {
    if (systemErrorCode(error) !== 'ERR_OUT_OF_RANGE') throw sqliteFailure(error, path)
    // A whole number that a double does not hold: for this page all come as big ones.
    statement.setReadBigInts(true)
    try {
      return read()
    } finally {
      statement.setReadBigInts(false)
    }
  }
}

function openForReading(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  } catch (error) {
    throw sqliteFailure(error, path)
  }
}

function sqliteFailure(error: unknown, path: string): unknown {
  if (error instanceof MonitorError || systemErrorCode(error) !== 'ERR_SQLITE_ERROR') return error
  return new MonitorError('not_found_locally', `${path} cannot be read as a SQLite database.`, {
    cause: error,
    next_step:
      'Check that it is the database file of the earlier system and that this user may read it and its folder.',
  })
}
