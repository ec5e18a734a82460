import { randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { Clock } from '../../core/clock.ts'
import { readLockFile } from '../directory/lock-file.ts'
import { pidSpace, processStart } from '../directory/process-identity.ts'

/** A rotation takes under a millisecond; whoever holds the lock longer is stopped or gone. */
const TAKEOVER_AFTER_MS = 1000

/**
 * Lets one process at a time rename the live file. The lock file says who holds it:
 * `<pid> <start of process> <pid space> <nonce>`.
 *
 * A lock is stale when its holder is dead or its pid belongs to another process by now, or when this process
 * has looked at the same lock for a second (a stopped holder, a holder on another host, a crash before the
 * content was written). A stale lock is taken over.
 *
 * Hazard: two processes may both believe they hold it, after a takeover. That must stay harmless: no line
 * may depend on this lock, only how full a backup is (see `live-file.ts`).
 */
export class RotationLock {
  readonly #path: string
  readonly #clock: Clock
  readonly #content: string
  #seen = { content: '', since_ms: 0 }

  constructor(path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
    const nonce = randomBytes(9).toString('base64url')
    this.#content = `${process.pid} ${processStart(process.pid) ?? 'unknown'} ${pidSpace()} ${nonce}\n`
  }

  /**
   * Takes the lock if it is free or stale; never waits.
   * @throws system errors other than that it is held
   */
  tryAcquire(): boolean {
    if (this.#create()) return true
    const held_by = readLockFile(this.#path)
    if (held_by !== undefined) {
      if (!this.#isStale(held_by)) return false
      this.#remove()
    }
    return this.#create()
  }

  release(): void {
    if (readLockFile(this.#path) === this.#content) this.#remove()
  }

  #create(): boolean {
    let descriptor: number
    try {
      descriptor = openSync(this.#path, 'wx', 0o640)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    try {
      writeSync(descriptor, this.#content)
    } catch {
      // On a full disk the lock stays empty: others then take it over by age, which is as good.
    } finally {
      closeSync(descriptor)
    }
    return true
  }

  #isStale(content: string): boolean {
    const now_ms = this.#clock.monotonic()
    if (this.#seen.content !== content) this.#seen = { content, since_ms: now_ms }
    if (now_ms - this.#seen.since_ms >= TAKEOVER_AFTER_MS) return true
    const [pid, start, space] = content.split(' ')
    if (!pid || !start || space !== pidSpace() || !/^\d{1,10}$/.test(pid)) return false
    const start_now = processStart(Number(pid))
    // Where other users' processes cannot be looked at, only its age tells.
    return start_now === undefined || (start_now !== start && start_now !== 'unknown' && start !== 'unknown')
  }

  #remove(): void {
    try {
      unlinkSync(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
