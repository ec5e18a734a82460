import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What a unit of work may use while it holds the connection. */
export interface SqlConnection {
  readonly query: Kysely<Tables>
  /** The rows of one prepared statement, given as text: nothing is built for each call. */
  select<Row>(statement: string, parameters: readonly unknown[]): Promise<Row[]>
  /** Runs one prepared statement for each list of parameters: the fast way to write many rows. */
  executeMany(statement: string, rows: readonly (readonly unknown[])[]): Promise<void>
}

/**
 * The engine under the store: connections, transactions and errors, no domain words. SQL that both engines
 * understand is written once above it (`sql-sync-store.ts`, `sql-synced-data-store.ts`).
 */
export interface SqlDatabase {
  /** Which engine it is, for the few statements that both cannot share. */
  readonly dialect: 'sqlite' | 'postgres'
  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a transaction; what it resolved is durable. When it throws, nothing of it happened. Must
   * await nothing but the connection: the transaction may be shared with other work.
   */
  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}
