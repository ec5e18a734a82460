import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MonitorError } from '../../core/errors.ts'
import type { SqlConnection, SqlDatabase } from '../sql/sql-database.ts'
export { openSqliteFile } from './open-file.ts'
import { openForReading } from './open-file.ts'
import { connectionOver, ReadConnection } from './read-connection.ts'
import { toStoreError } from './sqlite-errors.ts'

/** A transaction takes up the writes that wait, until it has held the write lock for this long. */
const GROUP_LIMIT_MS = 25

interface PendingWrite {
  readonly work: (connection: SqlConnection) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * One SQLite file with group commit: all writes that wait are done in one transaction, each inside its own
 * savepoint, and are resolved together after the one synced commit. Reads have a connection of their own, so
 * that they never see what is not committed. Both are synchronous: this belongs on a thread of its own.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = 'sqlite'
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #reading: ReadConnection
  readonly #connection: SqlConnection
  readonly #pending: PendingWrite[] = []
  #draining: Promise<void> | null = null
  #closing: Promise<void> | null = null

  constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#reading = new ReadConnection(path, openForReading(path))
    this.#connection = connectionOver(database)
  }

  async read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    this.#refuseWhenClosing()
    return await this.#reading.read(work)
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#refuseWhenClosing()
      this.#pending.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#draining ??= this.#drain()
    })
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#draining
      await this.#reading.close()
      this.#database.close()
    })()
    return this.#closing
  }

  #refuseWhenClosing(): void {
    if (this.#closing !== null) throw new MonitorError('closed', 'The store is closed.')
  }

  async #drain(): Promise<void> {
    do {
      // Let the messages that arrived during the last commit join this one.
      await nextTurn()
      await this.#commitGroup()
    } while (this.#pending.length > 0)
    this.#draining = null
  }

  async #commitGroup(): Promise<void> {
    const settled: (() => void)[] = []
    const taken: PendingWrite[] = []
    try {
      this.#database.exec('begin immediate')
      const started = performance.now()
      while (this.#pending.length > 0 && performance.now() - started < GROUP_LIMIT_MS) {
        const write = this.#pending.shift()
        if (write === undefined) break
        taken.push(write)
        settled.push(await this.#runInSavepoint(write))
      }
      this.#database.exec('commit')
    } catch (error) {
      this.#rollBack()
      if (taken.length === 0) taken.push(...this.#pending.splice(0))
      const failure = toStoreError(error, this.#path)
      for (const write of taken) write.reject(failure)
      return
    }
    for (const settle of settled) settle()
  }

  /** Runs one write; its own failure undoes only itself. Throws when the whole transaction is gone. */
  async #runInSavepoint(write: PendingWrite): Promise<() => void> {
    this.#database.exec('savepoint one_write')
    try {
      const value = await write.work(this.#connection)
      this.#database.exec('release one_write')
      return () => {
        write.resolve(value)
      }
    } catch (error) {
      // SQLite rolls the whole transaction back on a full disk and some I/O errors.
      if (!this.#database.isTransaction) throw error
      this.#database.exec('rollback to one_write')
      this.#database.exec('release one_write')
      const failure = toStoreError(error, this.#path)
      return () => {
        write.reject(failure)
      }
    }
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('rollback')
    } catch {
      // The error that led here is the one to tell; a connection that cannot roll back fails its next write too.
    }
  }
}
