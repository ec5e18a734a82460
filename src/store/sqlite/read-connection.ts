import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { MonitorError } from '../../core/errors.ts'
import type { SqlConnection } from '../sql/sql-database.ts'
import { kyselyOverSqlite, StatementCache } from './kysely-sqlite.ts'
import { toStoreError } from './sqlite-errors.ts'

/** What the store's SQL needs, over one open connection. */
export function connectionOver(database: DatabaseSync): SqlConnection {
  const statements = new StatementCache(database)
  return {
    dialect: 'sqlite',
    lock: async () => {},
    query: kyselyOverSqlite(statements),
    select: async <Row>(text: string, parameters: readonly unknown[]) =>
      statements.prepare(text).all(...(parameters as SQLInputValue[])) as Row[],
    selectValues: async (text, parameters) =>
      statements.prepareForValues(text).all(...(parameters as SQLInputValue[])) as unknown as unknown[][],
    executeMany: async (text, rows) => {
      const statement = statements.prepare(text)
      for (const row of rows) statement.run(...(row as SQLInputValue[]))
    },
  }
}

/** A connection for reads alone: each sees all that is committed when it begins. */
export class ReadConnection {
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #connection: SqlConnection
  readonly #reads = new Set<Promise<unknown>>()
  #closing: Promise<void> | null = null

  constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#connection = connectionOver(database)
  }

  async read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new MonitorError('closed', 'The store is closed.')
    const answer = work(this.#connection)
    this.#reads.add(answer)
    try {
      return await answer
    } catch (error) {
      throw toStoreError(error, this.#path)
    } finally {
      this.#reads.delete(answer)
    }
  }

  /** Finishes the reads that have begun. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#reads).then(() => {
      this.#database.close()
    })
    return this.#closing
  }
}
