import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import type { LogWriter } from '../writing/log-writer.ts'
import { addToHistory, readHistory } from './cleanup-history.ts'
import { CleanupLock } from './cleanup-lock.ts'
import {
  CleanupTally,
  completedEvent,
  startedEvent,
  type CleanupOptions,
  type CleanupReport,
} from './cleanup-report.ts'
import { directoryHealth, type DirectoryHealth } from '../directory/directory-health.ts'
import { logStatus, type LogStatus } from '../directory/log-status.ts'
import { runCleanup } from './run-cleanup.ts'

export interface LogDirectoryOptions {
  /** Holds `operations.log` and the others. */
  readonly directory: string
  /** Default: the system's. */
  readonly clock?: Clock
  /** Gets `cleanup_started` and `cleanup_completed`, on `operations`. Default: nobody. */
  readonly log?: Pick<LogWriter, 'write'>
  /** Free bytes below which the directory is not healthy. Default 64 MiB. */
  readonly min_free_bytes?: number
  /** Clean-up reports kept. Default 100. */
  readonly history_limit?: number
}

export interface CleanupStart {
  /** False when a clean-up was running already; `task_id` is then that one's. */
  readonly started: boolean
  readonly task_id: string
}

interface RunningCleanup {
  readonly task_id: string
  readonly ended: Promise<CleanupReport>
  readonly abort: AbortController
}

/** The folder of the five logs and their archives: what is in it, whether it is well, and its clean-up. */
export class LogDirectory {
  readonly #directory: string
  readonly #clock: Clock
  readonly #log: Pick<LogWriter, 'write'> | undefined
  readonly #min_free_bytes: number
  readonly #history_limit: number
  #running: RunningCleanup | undefined
  #last: CleanupReport | undefined

  constructor(options: LogDirectoryOptions) {
    this.#directory = resolve(options.directory)
    this.#clock = options.clock ?? systemClock
    this.#log = options.log
    this.#min_free_bytes = options.min_free_bytes ?? 64 * 1_048_576
    this.#history_limit = options.history_limit ?? 100
  }

  /** @throws system errors; a missing directory is an empty one */
  status(): Promise<LogStatus> {
    return logStatus(this.#directory, this.#clock.now())
  }

  directoryHealth(): Promise<DirectoryHealth> {
    return directoryHealth(this.#directory, this.#min_free_bytes)
  }

  /**
   * Starts a clean-up and returns without waiting for its end; what the disk refuses is in its report.
   * @throws MonitorError `config_invalid` for an option that is not a whole number from 0
   */
  async startCleanup(options: CleanupOptions): Promise<CleanupStart> {
    for (const name of ['max_lines', 'archive_days', 'delete_days'] as const) {
      if (Number.isSafeInteger(options[name]) && options[name] >= 0) continue
      const got = `got ${options[name]}`
      throw new MonitorError('config_invalid', `${name} must be a whole number of at least 0; ${got}.`)
    }
    if (this.#running) return { started: false, task_id: this.#running.task_id }
    const task_id = `log-cleanup-${randomUUID()}`
    const lock = new CleanupLock(join(this.#directory, '.cleanup.lock'), this.#clock)
    const tally = new CleanupTally()
    let locked = false
    try {
      makeDirectory(this.#directory)
      const held_by = lock.tryAcquire(task_id)
      if (held_by !== undefined) return { started: false, task_id: held_by }
      locked = true
    } catch (error) {
      tally.fail('The clean-up lock could not be made', error)
    }
    const abort = new AbortController()
    const ended = this.#run(task_id, options, tally, locked ? lock : undefined, abort.signal)
    this.#running = { task_id, ended, abort }
    return { started: true, task_id }
  }

  /** Resolves when no clean-up of this object is running, with the report of the one that was. */
  async finished(): Promise<CleanupReport | null> {
    return (await this.#running?.ended) ?? this.lastReport()
  }

  /** Ends a running clean-up early and safely; the next one goes on from there. */
  async close(): Promise<void> {
    this.#running?.abort.abort(new Error('the program is stopping'))
    await this.#running?.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The report of the newest clean-up that came to its end, of this process or another. Never throws. */
  async lastReport(): Promise<CleanupReport | null> {
    const history = await readHistory(this.#directory).catch((): CleanupReport[] => [])
    const stored = history.at(-1)
    if (stored && (!this.#last || stored.finished_at > this.#last.finished_at)) return stored
    return this.#last ?? null
  }

  async #run(
    task_id: string,
    options: CleanupOptions,
    tally: CleanupTally,
    lock: CleanupLock | undefined,
    signal: AbortSignal,
  ): Promise<CleanupReport> {
    const started_at = new Date(this.#clock.now()).toISOString()
    const start_ms = this.#clock.monotonic()
    this.#log?.write('operations', startedEvent(task_id, options))
    if (lock) {
      const [directory, clock] = [this.#directory, this.#clock]
      await runCleanup({ directory, options, clock, signal, onProgress: () => lock.touch() }, tally)
    }
    const report = await this.#conclude(task_id, started_at, tally, lock)
    this.#last = report
    this.#running = undefined
    this.#log?.write('operations', completedEvent(report, this.#clock.monotonic() - start_ms))
    return report
  }

  async #conclude(
    task_id: string,
    started_at: string,
    tally: CleanupTally,
    lock: CleanupLock | undefined,
  ): Promise<CleanupReport> {
    const report = (): CleanupReport =>
      tally.report(task_id, started_at, new Date(this.#clock.now()).toISOString())
    if (!lock) return report()
    try {
      await addToHistory(this.#directory, report(), this.#history_limit)
    } catch (error) {
      tally.fail('The report could not be kept', error)
    }
    try {
      lock.release()
    } catch (error) {
      tally.fail('The clean-up lock could not be removed', error)
    }
    return report()
  }
}
