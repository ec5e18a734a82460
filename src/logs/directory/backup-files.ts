import { randomBytes } from 'node:crypto'
import { readdirSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A rotated log file: `<stream>.log.<number>-<token>`. */
export interface BackupName {
  readonly name: string
  /** Higher is newer. */
  readonly number: number
}

/**
 * The backups of a live file among the names of its directory, oldest first.
 *
 * The number orders them without trusting a clock; the random token makes every rename's target new, so that
 * a rename can never overwrite a backup, whoever else rotates at the same moment.
 */
export function backupsAmong(names: readonly string[], live_name: string): BackupName[] {
  const backups: BackupName[] = []
  for (const name of names) {
    if (!name.startsWith(`${live_name}.`)) continue
    const match = /^(\d{6,15})-[\da-f]{8}$/.exec(name.slice(live_name.length + 1))
    if (match) backups.push({ name, number: Number(match[1]) })
  }
  return backups.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1))
}

export function nextBackupName(backups: readonly BackupName[], live_name: string, token: string): string {
  const number = (backups.at(-1)?.number ?? 0) + 1
  return `${live_name}.${String(number).padStart(6, '0')}-${token}`
}

/**
 * Renames the live file to a new backup.
 * @throws system errors; `ENOENT` when there is no live file
 */
export function renameToBackup(live_path: string): void {
  const directory = dirname(live_path)
  const live_name = basename(live_path)
  const token = randomBytes(4).toString('hex')
  const backups = backupsAmong(readdirSync(directory), live_name)
  renameSync(live_path, join(directory, nextBackupName(backups, live_name, token)))
}

/**
 * Deletes the oldest backups beyond `keep`; returns how many it deleted. One that cannot be deleted is left for the
 * next rotation.
 * @throws system errors of reading the directory
 */
export function deleteOldBackups(live_path: string, keep: number): number {
  const directory = dirname(live_path)
  const backups = backupsAmong(readdirSync(directory), basename(live_path))
  let deleted = 0
  for (const backup of backups.slice(0, Math.max(0, backups.length - keep))) {
    try {
      unlinkSync(join(directory, backup.name))
      deleted++
    } catch {
      // Already deleted or archived by someone else, or not ours to delete.
    }
  }
  return deleted
}
