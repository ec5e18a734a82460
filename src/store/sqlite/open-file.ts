import { chmodSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MonitorError } from '../../core/errors.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import { pendingMigrations } from './migrate.ts'
import { sqliteResultCode, toStoreError } from './sqlite-errors.ts'
import { guardSqliteVersion } from './sqlite-version.ts'

const BUSY_TIMEOUT_MS = 5000
const SQLITE_BUSY = 5
const DEFAULT_CACHE_MIB = 16

/** Opens the file with the settings that make an acknowledged write durable; throws {@link MonitorError}. */
export function openSqliteFile(path: string, cache_mib: number = DEFAULT_CACHE_MIB): DatabaseSync {
  try {
    makeDirectory(dirname(path))
    const is_new = !existsSync(path)
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    try {
      // Students' data; SQLite gives its other files the mode of this one.
      if (is_new) chmodSync(path, 0o640)
      const version = database.prepare('select sqlite_version() as version').get() as { version: string }
      guardSqliteVersion(version.version)
      // Before the file is changed in any way: the journal mode stays in it.
      pendingMigrations(database)
      useWriteAheadLog(database, path)
      database.exec('pragma synchronous = full')
      database.exec('pragma foreign_keys = on')
      database.exec(`pragma cache_size = -${cache_mib * 1000}`)
      // 64 MiB: a busy sync copies the log into the file now and then instead of with every other commit.
      database.exec('pragma wal_autocheckpoint = 16000')
      database.exec('pragma journal_size_limit = 67108864')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw toStoreError(error, path)
  }
}

/** SQLite does not wait for its busy timeout when two processes change the journal mode of a new file at once. */
function whenNotBusy<T>(work: () => T): T {
  const until = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (sqliteResultCode(error) !== SQLITE_BUSY || performance.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function useWriteAheadLog(database: DatabaseSync, path: string): void {
  const mode = whenNotBusy(() => database.prepare('pragma journal_mode = wal').get()?.['journal_mode'])
  if (mode === 'wal') return
  throw new MonitorError(
    'database_unsupported',
    `The disk that holds ${path} does not take SQLite's WAL mode.`,
    {
      next_step: 'Choose a --database on a local disk.',
    },
  )
}

/** A second connection to an open file that can only read. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  // The inner pages of the trees at ten million syncs; the leaves come from the system's cache in microseconds.
  // Nothing is mapped: what is would count as memory of this process.
  database.exec('pragma cache_size = -16000')
  return database
}
