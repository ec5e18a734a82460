import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type SqlDialect = 'sqlite' | 'postgres'

/** What a unit of work may use while it holds the connection. */
export interface SqlConnection {
  readonly dialect: SqlDialect
  readonly query: Kysely<Tables>
  /** The rows of one prepared statement, given as text: nothing is built for each call. */
  select<Row>(statement: string, parameters: readonly unknown[]): Promise<Row[]>
  /** The same, each row as its values in the order of the columns: cheaper where there are many of them. */
  selectValues(statement: string, parameters: readonly unknown[]): Promise<unknown[][]>
  /** Runs one prepared statement for each list of parameters: the fast way to write many rows. */
  executeMany(statement: string, rows: Iterable<readonly unknown[]>): Promise<void>
  /**
   * Only in PostgreSQL: writes many rows in half the time, all of them or, where one breaks a rule, none. Then the transaction
   * is as it was before.
   */
  copyIn?(table: string, columns: readonly string[], rows: Iterable<readonly unknown[]>): Promise<boolean>
  /**
   * Waits until no other transaction holds the lock of this name, and holds it to the end of this one: for rules
   * about rows that may not be there yet. SQLite has one writer, so there it is nothing.
   */
  lock(name: string): Promise<void>
}

/**
 * The engine under the store: connections, transactions and errors, no domain words. SQL that both engines
 * understand is written once above it (`sql-sync-store.ts`, `sql-synced-data-store.ts`).
 */
export interface SqlDatabase {
  /** Which engine it is, for the few statements that both cannot share. */
  readonly dialect: SqlDialect
  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a transaction; what it resolved is durable. When it throws, nothing of it happened. Must
   * await nothing but the connection: the transaction may be shared with other work, and may be run again from
   * its start when the database broke it off. In PostgreSQL another transaction may change a row between a read
   * and a write of this one: read with `forUpdate`, or take a `lock`.
   */
  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>
  /**
   * Only in PostgreSQL: calls `hear` with the payload of each notification on the channel until the returned
   * function is called, and with an empty one when some may have been missed.
   */
  listen?(channel: string, hear: (payload: string) => void): Promise<() => void>
  close(): Promise<void>
}
