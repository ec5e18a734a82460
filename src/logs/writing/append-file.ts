import { closeSync, constants, fdatasync, fstatSync, lstatSync, openSync, type BigIntStats } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../../files/make-directory.ts'

const { O_APPEND, O_CREAT, O_RDWR } = constants
// Windows has no symbolic links to refuse here and no such constant.
const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0

/** One open log file: its descriptor, which file it really is, and its syncs under way. */
export class AppendFile {
  readonly descriptor: number
  readonly #dev: bigint
  readonly #ino: bigint
  #syncing = false
  #sync_again = false
  #closing = false
  #waiters: (() => void)[] = []

  /**
   * Opens `path` for appending; creates it, and its directory, when missing.
   * @throws system errors; `ELOOP` for a symbolic link, `EINVAL` for anything else that is not a file
   */
  constructor(path: string) {
    this.descriptor = openAppending(path)
    const stat = fstatSync(this.descriptor, { bigint: true })
    this.#dev = stat.dev
    this.#ino = stat.ino
    if (stat.isFile()) return
    closeSync(this.descriptor)
    throw Object.assign(new Error(`EINVAL: ${path} is not a regular file`), { code: 'EINVAL' })
  }

  /** The size if `path` is this very file; undefined if it is a new one, a link to it, or nothing. */
  sizeAt(path: string): number | undefined {
    const stat: BigIntStats | undefined = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stat && stat.ino === this.#ino && stat.dev === this.#dev ? Number(stat.size) : undefined
  }

  /** The size, wherever the file is. */
  size(): number {
    return fstatSync(this.descriptor).size
  }

  /** Starts an fdatasync of all written so far; requests during one are served by one more. */
  requestSync(onError: (error: Error) => void): void {
    if (this.#syncing) {
      this.#sync_again = true
      return
    }
    this.#syncing = true
    fdatasync(this.descriptor, (error) => {
      this.#syncing = false
      if (error) onError(error)
      if (this.#sync_again) {
        this.#sync_again = false
        this.requestSync(onError)
        return
      }
      if (this.#closing) closeSync(this.descriptor)
      const waiters = this.#waiters
      this.#waiters = []
      for (const wake of waiters) wake()
    })
  }

  /** Resolves when no sync is under way. */
  async synced(): Promise<void> {
    if (this.#syncing) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  /** Closes the descriptor, after a sync under way: a number closed too early may be another file by then. */
  close(): void {
    this.#closing = true
    if (!this.#syncing) closeSync(this.descriptor)
  }
}

function openAppending(path: string): number {
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW
  try {
    return openSync(path, flags, 0o640)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  makeDirectory(dirname(path))
  return openSync(path, flags, 0o640)
}
