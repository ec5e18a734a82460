import { chmodSync, chownSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MonitorError } from '../../../core/errors.ts'
import { makeDirectory } from '../../../files/make-directory.ts'
import { copySqliteFile, syncDirectory, syncFile, type CopyOptions } from './copy-file.ts'
import { freshPath, keptPath } from './restore-names.ts'
import { migrate } from '../migrate.ts'
import { openSqliteFile } from '../open-file.ts'
import { sqliteResultCode, toStoreError } from '../sqlite-errors.ts'
import { verifyApart } from './verify-apart.ts'
import type { VerifiedFile } from './verify-file.ts'

export interface RestoreReport extends Omit<VerifiedFile, 'pending_migrations'> {
  readonly file: string
  /** Where the database that was there before is kept; null when there was none. */
  readonly kept: string | null
  /** Migrations that the backup lacked. */
  readonly applied: readonly string[]
}

const SQLITE_BUSY = 5

/**
 * Puts a backup in the place of a database that nobody has open. The backup is read whole first, copied beside, brought to
 * this version and read whole again; then one rename exchanges the two, and the old database stays under another name.
 *
 * @throws MonitorError `database_busy` when a process has the database open; then and in every other case nothing changed
 */
export async function restoreSqliteFile(
  backup: string,
  path: string,
  now_ms: number,
  { onProgress, signal }: CopyOptions = {},
): Promise<RestoreReport> {
  if (!existsSync(backup)) {
    throw new MonitorError('not_found_locally', `There is no backup ${backup}.`, {
      next_step: 'Give the path of a file that the command backup wrote.',
    })
  }
  await verifyApart(backup, signal)
  const fresh = freshPath(path)
  try {
    makeDirectory(dirname(path))
    await copySqliteFile(backup, fresh, { onProgress, signal })
    const applied = bringToThisVersion(fresh)
    const { pending_migrations: _, ...verified } = await verifyApart(fresh, signal)
    syncFile(fresh)
    const kept = exchange(fresh, path, now_ms)
    return { file: path, kept, applied, ...verified }
  } catch (error) {
    throw toStoreError(error, path)
  } finally {
    for (const left of [fresh, `${fresh}-wal`, `${fresh}-shm`]) rmSync(left, { force: true })
  }
}

function bringToThisVersion(path: string): readonly string[] {
  const file = openSqliteFile(path)
  try {
    return migrate(file).applied
  } finally {
    // The last to close a database in WAL mode writes the log back and removes it.
    file.close()
  }
}

function exchange(fresh: string, path: string, now_ms: number): string | null {
  if (!existsSync(path)) {
    renameSync(fresh, path)
    syncDirectory(dirname(path))
    return null
  }
  const kept = keptPath(path, now_ms)
  // Held until the names are exchanged: whoever opens the database now finds it locked, and afterwards the new one.
  using old = lockAlone(path)
  giveTo(fresh, path)
  // A link first, so that there is a database of this name at every moment.
  linkSync(path, kept)
  renameSync(fresh, path)
  syncDirectory(dirname(path))
  old.exec('rollback')
  return kept
}

/** Whoever restores, often root, the server and the jobs must still get in: same owner, same group, same permissions. */
function giveTo(fresh: string, path: string): void {
  const { uid, gid, mode } = statSync(path)
  const made = statSync(fresh)
  if (made.uid !== uid || made.gid !== gid) chownSync(fresh, uid, gid)
  chmodSync(fresh, mode & 0o777)
}

/** The database for us alone and in one file. */
function lockAlone(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    // Before anything is read: SQLite then asks for a lock that it cannot have while any other connection is open.
    database.exec('pragma locking_mode = exclusive')
    database.exec('pragma journal_mode = delete')
    database.exec('begin exclusive')
    return database
  } catch (error) {
    database.close()
    if (sqliteResultCode(error) !== SQLITE_BUSY) throw error
    throw new MonitorError('database_busy', `Another process has the database ${path} open.`, {
      cause: error,
      next_step: 'Stop the server and the sync jobs that use it, then run restore again.',
    })
  }
}
