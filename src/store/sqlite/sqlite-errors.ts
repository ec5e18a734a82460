import { MonitorError, systemErrorCode } from '../../core/errors.ts'

/** SQLite's primary result codes that a person can do something about (sqlite.org/rescode.html). */
const PRIMARY = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
}

/** What the system says where a file or its folder cannot be made. */
const CANNOT_MAKE: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
])

/** A header that no SQLite of this age writes; told as a general error. */
const isUnknownFormat = (error: unknown): boolean =>
  error instanceof Error && error.message === 'unsupported file format'

/** SQLite's result code of an error from `node:sqlite`, its primary part; undefined for other errors. */
export function sqliteResultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}

/** Whether the system says that a file or its folder cannot be made. */
export function cannotBeMade(error: unknown): boolean {
  return CANNOT_MAKE.has(systemErrorCode(error) ?? '')
}

/** Turns what `node:sqlite` and the file system throw into one sentence with what to do; keeps other errors. */
export function toStoreError(error: unknown, path: string): unknown {
  if (error instanceof MonitorError) return error
  const code = sqliteResultCode(error)
  const system = systemErrorCode(error)
  const make = (...[kind, message, next_step]: [MonitorError['code'], string, string]): MonitorError =>
    new MonitorError(kind, message, { cause: error, next_step })
  if (code === PRIMARY.FULL || system === 'ENOSPC') {
    return make(
      'disk_full',
      `The disk that holds the database ${path} is full.`,
      'Free some space and run it again; what was acknowledged is safe.',
    )
  }
  if (code === PRIMARY.CORRUPT || code === PRIMARY.NOTADB || isUnknownFormat(error)) {
    return make(
      'database_corrupt',
      `${path} is damaged or is not a SQLite database.`,
      'Move the file away and restore a backup, or start with a new one.',
    )
  }
  if (code === PRIMARY.BUSY || code === PRIMARY.LOCKED) {
    return make(
      'database_busy',
      `Another process holds the database ${path} for too long.`,
      'End the process that keeps a transaction open, then run it again.',
    )
  }
  if (
    code === PRIMARY.READONLY ||
    code === PRIMARY.PERM ||
    code === PRIMARY.CANTOPEN ||
    cannotBeMade(error)
  ) {
    return make(
      'not_writable',
      `The database ${path} cannot be opened for writing.`,
      'Choose another --database, or give this user write permission on the file and its folder.',
    )
  }
  if (code === PRIMARY.IOERR) {
    return make(
      'storage',
      `Reading or writing the database ${path} failed.`,
      'Check the disk and the mount that holds it, then run it again.',
    )
  }
  return error
}
