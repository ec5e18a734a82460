import {
  type CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Tables } from '../sql/tables.ts'

/** Enough for all statements of the store; those with lists of ids vary in length and push each other out. */
const CACHED_STATEMENTS = 200

/** Prepared statements by their text, the least recently used dropped first. */
export class StatementCache {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  prepare(text: string): StatementSync {
    return this.#prepared(text, text)
  }

  /** One whose rows are lists of values. */
  prepareForValues(text: string): StatementSync {
    const statement = this.#prepared(`values ${text}`, text)
    statement.setReturnArrays(true)
    return statement
  }

  #prepared(key: string, text: string): StatementSync {
    const known = this.#statements.get(key)
    if (known !== undefined) {
      this.#statements.delete(key)
      this.#statements.set(key, known)
      return known
    }
    const statement = this.#database.prepare(text)
    this.#statements.set(key, statement)
    if (this.#statements.size > CACHED_STATEMENTS) {
      const oldest = this.#statements.keys().next()
      if (oldest.done !== true) this.#statements.delete(oldest.value)
    }
    return statement
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #statements: StatementCache

  constructor(statements: StatementCache) {
    this.#statements = statements
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#statements.prepare(query.sql)
    const parameters = query.parameters as SQLInputValue[]
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  // oxlint-disable-next-line require-yield -- the interface asks for a generator; the store never streams rows
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('streamQuery is not used by the store')
  }
}

/**
 * Kysely over one open `node:sqlite` connection. Transactions are the {@link SqliteDatabase}'s business, since
 * it shares one among several units of work.
 */
export function kyselyOverSqlite(statements: StatementCache): Kysely<Tables> {
  const connection = new SqliteConnection(statements)
  const unused = async (): Promise<void> => {
    throw new Error('transactions are begun by SqliteDatabase.write')
  }
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: unused,
    commitTransaction: unused,
    rollbackTransaction: unused,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
  return new Kysely<Tables>({ dialect })
}
