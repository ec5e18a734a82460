import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isMonitorError, MonitorError } from '../../../core/errors.ts'
import { cannotBeMade, toStoreError } from '../sqlite-errors.ts'
import { copySqliteFile, syncDirectory, type CopyOptions } from './copy-file.ts'
import { verifyApart } from './verify-apart.ts'
import type { VerifiedFile } from './verify-file.ts'

export interface BackupReport extends VerifiedFile {
  readonly file: string
  readonly bytes: number
}

/**
 * Writes the state of this moment to a file of its own while others go on reading and writing, and reads the copy whole.
 * The file has its name only when it is complete, checked and on the disk.
 *
 * @param target a file that is not there yet, or a folder
 * @throws MonitorError `usage` when the file exists, `database_corrupt` when the copy is not whole
 */
export async function backupSqliteFile(
  path: string,
  target: string,
  now_ms: number,
  { onProgress, signal }: CopyOptions = {},
): Promise<BackupReport> {
  if (!existsSync(path)) {
    throw new MonitorError('not_found_locally', `There is no database ${path}.`, {
      next_step: 'Name it with --database sqlite:PATH.',
    })
  }
  const file = fileFor(target, now_ms)
  const partial = `${file}.${randomBytes(4).toString('hex')}.partial`
  try {
    await copySqliteFile(path, partial, { onProgress, signal })
    const verified = await verifyApart(partial, signal)
    const { size } = statSync(partial)
    renameSync(partial, file)
    syncDirectory(dirname(file))
    return { file, bytes: size, ...verified }
  } catch (error) {
    if (isMonitorError(error) && error.code === 'database_corrupt') throw damagedSource(path, error)
    // What SQLite says comes from the database, what the file system says from the copy.
    if (cannotBeMade(error)) throw unwritable(file, error)
    const told = toStoreError(error, file)
    throw isMonitorError(told) && told.code === 'disk_full' ? fullDisk(file, error) : told
  } finally {
    for (const left of [partial, `${partial}-wal`, `${partial}-shm`]) rmSync(left, { force: true })
  }
}

/** The copy is as its source is; its own name would lead nowhere. */
function damagedSource(path: string, cause: unknown): MonitorError {
  return new MonitorError('database_corrupt', `The database ${path} is damaged; there is no new backup.`, {
    cause,
    next_step: 'Stop what uses it and restore the newest backup that is whole.',
  })
}

function fullDisk(file: string, cause: unknown): MonitorError {
  return new MonitorError('disk_full', `The disk is full to which the backup ${file} goes.`, {
    cause,
    next_step: 'Free some space there, or name another place; nothing was left on it.',
  })
}

function unwritable(file: string, cause: unknown): MonitorError {
  return new MonitorError('not_writable', `The backup ${file} cannot be written.`, {
    cause,
    next_step: 'Name a folder that exists and that this user may write to.',
  })
}

function fileFor(target: string, now_ms: number): string {
  const found = statSync(target, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) {
    const time = new Date(now_ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
    return join(target, `canvas-sync-${time}Z.db`)
  }
  if (found !== undefined) {
    throw new MonitorError('usage', `${target} exists already.`, {
      next_step: 'Give a file that does not exist, or a folder: then the name is made of the time.',
    })
  }
  return target
}
