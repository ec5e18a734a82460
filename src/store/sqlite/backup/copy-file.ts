import { chmodSync, closeSync, fsyncSync, openSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { MonitorError } from '../../../core/errors.ts'

export interface CopyProgress {
  readonly bytes_done: number
  readonly bytes_total: number
}

export interface CopyOptions {
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** 8 MiB at the usual size of a page: a step of the copy, between which it can be told and stopped. */
const PAGES_A_STEP = 2000

/** Students' data: for this user alone, whatever the umask says. */
const FILE_MODE = 0o600

/**
 * Copies one state of a database that others may be writing to. The copy is one file, on the disk.
 *
 * @throws MonitorError `cancelled` when the signal aborts
 */
export async function copySqliteFile(
  from: string,
  to: string,
  { onProgress, signal }: CopyOptions = {},
): Promise<void> {
  closeSync(openSync(to, 'wx', FILE_MODE))
  chmodSync(to, FILE_MODE)
  using source = new DatabaseSync(from, { readOnly: true, timeout: 5000 })
  const page_size = Number(source.prepare('pragma page_size').get()?.['page_size'] ?? 0)
  // With a transaction open, every step reads the same state; without, each write of others would begin the copy anew.
  source.exec('begin')
  source.prepare('select count(*) from sqlite_schema').get()
  await backup(source, to, {
    rate: PAGES_A_STEP,
    progress({ totalPages, remainingPages }) {
      if (signal?.aborted === true) throw interrupted()
      onProgress?.({
        bytes_done: (totalPages - remainingPages) * page_size,
        bytes_total: totalPages * page_size,
      })
    },
  })
  if (signal?.aborted === true) throw interrupted()
  // The copy says that it is in WAL mode, as its source does; then it would not be one file as soon as it is opened.
  using copy = new DatabaseSync(to)
  copy.exec('pragma journal_mode = delete')
  syncFile(to)
}

export function interrupted(): MonitorError {
  return new MonitorError('cancelled', 'Stopped before the copy was whole; nothing was changed.')
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A new name is on the disk only when its folder is. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
