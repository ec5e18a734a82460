import { MonitorError } from '../../core/errors.ts'
import { sqlParts } from '../sql/sql-parts.ts'
import type { SqlConnection, SqlDatabase } from '../sql/sql-database.ts'
import type { StoreParts } from '../store.ts'
import { openForReading } from './open-file.ts'
import { ReadConnection } from './read-connection.ts'

/** The parts of a store over a file that another thread has opened and writes; a write is refused. */
export class ReadingStore {
  readonly parts: StoreParts
  readonly #database: ReadingDatabase

  constructor(path: string) {
    this.#database = new ReadingDatabase(path)
    this.parts = sqlParts(this.#database)
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}

class ReadingDatabase implements SqlDatabase {
  readonly dialect = 'sqlite'
  readonly #reading: ReadConnection

  constructor(path: string) {
    this.#reading = new ReadConnection(path, openForReading(path))
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#reading.read(work)
  }

  write<T>(): Promise<T> {
    return Promise.reject(new MonitorError('storage', 'This thread only reads the database.'))
  }

  close(): Promise<void> {
    return this.#reading.close()
  }
}
