import { writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { systemErrorCode } from '../../core/errors.ts'
import { deleteOldBackups, renameToBackup } from '../directory/backup-files.ts'
import { AppendFile } from './append-file.ts'
import { RotationLock } from './rotation-lock.ts'
import { blankTornPiece, endTornPiece, isTornBefore, positionOf } from './torn-piece.ts'

/** Each round is lost to a rotation by another process in the same microseconds. */
const MAX_ROUNDS = 16
const ROTATION_RETRY_MS = 1000
/** How far beyond its size a file may grow while another process holds the lock. */
const HELD_ALLOWANCE = 1.25
const NEWLINE = 10

export interface LiveFileOptions {
  readonly path: string
  readonly max_bytes: number
  readonly backups: number
  readonly clock: Clock
  /** Told of failures that did not keep the lines from being written: of a rotation, a sync, a repair. */
  readonly onFailure: (error: unknown) => void
}

/**
 * A log file that any number of processes append to and rotate at the same time.
 *
 * The protocol of one append, of whole lines:
 *
 * 1. If the path is no longer the open file, open the path anew.
 * 2. If the lines do not fit, rotate: under the lock, look again, rename the live file to a backup with a name
 *    that is new for certain, delete the oldest backups, release; then 1 again.
 * 3. One write with O_APPEND.
 * 4. If the write was short, or the byte before it is no newline, blank the torn piece in place.
 * 5. If the path is no longer the open file, go to 1 with the same lines.
 *
 * Invariants:
 * - *Not lost.* Lines count as written only after 5 saw them in the file that was live. Whoever handles a
 *   rotated file (compresses, deletes) therefore finds them in it, with no grace period. Rewriting at 5 makes
 *   the only duplicates, and these have the same `(writer, seq)`.
 * - *Not torn.* The kernel serialises appends; a piece that a killed writer or a full disk left is blanked by
 *   whoever appends behind it or rotates the file. Lines glued to one that cannot be blanked are written again.
 * - *Not overwritten.* A rename's target is always a new name.
 * - *The lock guards only economy.* Two holders at once make a backup small, and lose nothing.
 * - *The size.* With the lock held by another, lines go a quarter beyond `max_bytes`, then wait in
 *   memory until the lock is free or stale (a second at most), unless the caller cannot wait. Every other
 *   process may add one write more.
 *
 * Needs a local file system: a network file system need not serialise appends.
 */
export class LiveFile {
  readonly #options: LiveFileOptions
  readonly #lock: RotationLock
  #file: AppendFile | undefined
  #retired = new Set<AppendFile>()
  /** Where the last own append ended: if the next begins there, the byte before it is known. */
  #known_end = -1
  #rotate_after_ms = -Infinity
  #rotations = 0
  #backups_deleted = 0
  #sync_wanted = false

  constructor(options: LiveFileOptions) {
    this.#options = options
    const lock_name = `.${basename(options.path)}.lock`
    this.#lock = new RotationLock(join(dirname(options.path), lock_name), options.clock)
  }

  get rotations(): number {
    return this.#rotations
  }

  /** Backups beyond the wanted number that were deleted by this. */
  get backups_deleted(): number {
    return this.#backups_deleted
  }

  /**
   * Opens the live file, or opens it anew if its path is another file by now; returns its size.
   * @throws system errors
   */
  open(): { readonly file: AppendFile; readonly size: number } {
    const { path } = this.#options
    const size = this.#file?.sizeAt(path)
    if (this.#file && size !== undefined) return { file: this.#file, size }
    this.close()
    this.#known_end = -1
    const file = new AppendFile(path)
    this.#file = file
    return { file, size: file.size() }
  }

  /**
   * Appends whole lines; returns how many of their bytes are settled: fewer after a short write, 0 when
   * the caller should try again a little later.
   *
   * @param must_not_wait writes beyond the size rather than wait for a rotation
   * @throws system errors of opening and writing, with no part of a line left behind
   */
  append(lines: Uint8Array, must_not_wait: boolean): number {
    const { max_bytes } = this.#options
    for (let round = 0; round < MAX_ROUNDS; round++) {
      let live = this.open()
      if (live.size > 0 && live.size + lines.length > max_bytes) {
        const held = this.#rotate(live.file, lines.length) === 'held'
        live = this.open()
        const too_big = live.size > 0 && live.size + lines.length > max_bytes * HELD_ALLOWANCE
        if (held && too_big && !must_not_wait) return 0
      }
      const settled = this.#appendTo(live.file, lines, live.size)
      if (settled > 0) return settled
    }
    return 0
  }

  /**
   * Says that lines appended from now on have to be synced: a file that is rotated away before `requestSync` is
   * called gets its sync too.
   */
  wantSync(): void {
    this.#sync_wanted = true
  }

  /** Starts an fdatasync of what is written. */
  requestSync(): void {
    this.#sync_wanted = false
    this.#file?.requestSync(this.#options.onFailure)
  }

  /** Resolves when no sync is under way, of this file or one that was rotated away meanwhile. */
  async synced(): Promise<void> {
    await Promise.all([this.#file?.synced(), ...[...this.#retired].map((file) => file.synced())])
  }

  close(): void {
    const file = this.#file
    if (!file) return
    this.#file = undefined
    if (this.#sync_wanted) file.requestSync(this.#options.onFailure)
    this.#retired.add(file)
    void file.synced().then(() => this.#retired.delete(file))
    file.close()
  }

  /** Steps 3 to 5. Returns the bytes of whole lines that are in the live file. */
  #appendTo(file: AppendFile, lines: Uint8Array, before: number): number {
    const written = writeSync(file.descriptor, lines)
    const whole = written === lines.length ? written : lines.lastIndexOf(NEWLINE, written - 1) + 1
    const live_size = file.sizeAt(this.#options.path)
    const after = live_size ?? file.size()
    const undisturbed = after === before + written && written === whole
    const clean = undisturbed && before === this.#known_end
    const readable = clean || this.#mendTorn(file, lines.subarray(0, written), whole, before, after)
    this.#known_end = undisturbed && readable ? after : -1
    return readable && live_size !== undefined ? whole : 0
  }

  /** Step 4. Returns false when the lines were not found whole, or may be glued to a piece, and must be written again. */
  #mendTorn(file: AppendFile, written: Uint8Array, whole: number, before: number, after: number): boolean {
    const { path, onFailure } = this.#options
    try {
      const start = positionOf(file.descriptor, written, before, after)
      if (start === undefined) return false
      const end = start + written.length
      const is_blank = whole === written.length || blankTornPiece(file.descriptor, path, end)
      if (isTornBefore(file.descriptor, start))
        return blankTornPiece(file.descriptor, path, start) && is_blank
      return is_blank
    } catch (error) {
      onFailure(error)
      return false
    }
  }

  #rotate(file: AppendFile, incoming_bytes: number): 'done' | 'held' | 'failed' {
    const { path, max_bytes, clock, onFailure } = this.#options
    if (clock.monotonic() < this.#rotate_after_ms) return 'failed'
    try {
      if (!this.#lock.tryAcquire()) return 'held'
      try {
        const size = file.sizeAt(path)
        if (size !== undefined && size + incoming_bytes > max_bytes) this.#makeBackup(file)
      } finally {
        this.#lock.release()
      }
      return 'done'
    } catch (error) {
      this.#rotate_after_ms = clock.monotonic() + ROTATION_RETRY_MS
      onFailure(error)
      return 'failed'
    }
  }

  #makeBackup(file: AppendFile): void {
    const { path, backups } = this.#options
    try {
      renameToBackup(path)
    } catch (error) {
      // Somebody who took the lock for stale has just done it.
      if (systemErrorCode(error) === 'ENOENT') return
      throw error
    }
    this.#rotations++
    endTornPiece(file.descriptor, path)
    this.#backups_deleted += deleteOldBackups(path, backups)
  }
}
