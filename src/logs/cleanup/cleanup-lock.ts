import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { Clock } from '../../core/clock.ts'
import { readLockFile } from '../directory/lock-file.ts'
import { pidSpace, processStart } from '../directory/process-identity.ts'

/** A lock that does not say who holds it is not ours, or a disk lost its content. */
const UNREADABLE_STALE_MS = 60_000
/** A holder on another host, or in another container, cannot be looked at; it touches its lock with every file. */
const FOREIGN_STALE_MS = 3_600_000

export interface CleanupLockOptions {
  /** Untouched for so long, the lock of a holder that cannot be looked at is taken over. Default: an hour. */
  readonly foreign_stale_ms?: number
}

const ASIDE = /^\.cleanup\.lock\.[\da-f]{16}\.tmp$/

/** Whether a name is one that only a killed attempt to take the lock leaves behind. */
export function isAbandonedLock(name: string): boolean {
  return ASIDE.test(name)
}

/**
 * Lets one clean-up at a time work on a log folder: `<pid> <start of process> <pid space> <nonce> <task id>`.
 *
 * Unlike the lock of a rotation it is held for long, so that a living holder is never taken over. A holder
 * that is dead, or whose pid belongs to another process by now, is at once.
 */
export class CleanupLock {
  readonly #path: string
  readonly #clock: Clock
  readonly #foreign_stale_ms: number
  #content: string | undefined

  constructor(path: string, clock: Clock, { foreign_stale_ms = FOREIGN_STALE_MS }: CleanupLockOptions = {}) {
    this.#path = path
    this.#clock = clock
    this.#foreign_stale_ms = foreign_stale_ms
  }

  /**
   * Undefined when the lock is now ours, otherwise the task id of who holds it.
   * @throws system errors other than that it is held
   */
  tryAcquire(task_id: string): string | undefined {
    const start = processStart(process.pid) ?? 'unknown'
    const content = `${process.pid} ${start} ${pidSpace()} ${nonce()} ${task_id}\n`
    if (this.#create(content)) return undefined
    const held_by = readLockFile(this.#path)
    if (held_by !== undefined) {
      if (!this.#isStale(held_by)) return taskIdOf(held_by)
      this.#removeStale(held_by)
    }
    if (this.#create(content)) return undefined
    return taskIdOf(readLockFile(this.#path) ?? '')
  }

  /** Says that the holder is alive, to those who cannot look at its process. False: one of them has taken over. */
  touch(): boolean {
    const now_s = this.#clock.now() / 1000
    if (!this.#isOurs()) return false
    try {
      utimesSync(this.#path, now_s, now_s)
    } catch {
      // It only matters to others after a while.
    }
    return true
  }

  /** @throws system errors */
  release(): void {
    if (this.#isOurs()) unlinkSync(this.#path)
  }

  #isOurs(): boolean {
    return this.#content !== undefined && readLockFile(this.#path) === this.#content
  }

  /** Linked with its content in it, so that a lock never says nothing of who holds it. */
  #create(content: string): boolean {
    const unnamed = `${this.#path}.${nonce()}.tmp`
    try {
      writeFileSync(unnamed, content, { flag: 'wx', mode: 0o640 })
      linkSync(unnamed, this.#path)
      this.#content = content
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A clean-up that has the lock may have removed the unnamed one as a leftover.
      if (code === 'EEXIST' || (code === 'ENOENT' && existsSync(this.#path))) return false
      throw error
    } finally {
      try {
        rmSync(unnamed, { force: true })
      } catch {
        // The next clean-up removes it; having the lock must not look like a failure to get it.
      }
    }
  }

  #isStale(content: string): boolean {
    const [pid, start, space, , task_id] = content.split(' ')
    const modified_ms = lstatSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const age_ms = this.#clock.now() - modified_ms
    if (!pid || !start || !task_id || !/^\d{1,10}$/.test(pid)) return age_ms >= UNREADABLE_STALE_MS
    if (space !== pidSpace()) return age_ms >= this.#foreign_stale_ms
    return processStart(Number(pid)) !== start
  }

  /** Moved aside first: had another taken it over meanwhile, that one's lock would be removed instead. */
  #removeStale(content: string): void {
    const aside = `${this.#path}.${nonce()}.tmp`
    try {
      renameSync(this.#path, aside)
      if (readLockFile(aside) !== content) linkSync(aside, this.#path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return
      if (code !== 'EEXIST') throw error
    }
    unlinkSync(aside)
  }
}

function nonce(): string {
  return randomBytes(8).toString('hex')
}

function taskIdOf(content: string): string {
  return content.trimEnd().split(' ')[4] ?? 'unknown'
}
