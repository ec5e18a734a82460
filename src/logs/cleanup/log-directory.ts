import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '../../core/clock.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import { directoryHealth, type DirectoryHealth } from '../directory/directory-health.ts'
import { logStatus, type LogStatus } from '../directory/log-status.ts'
import type { LogWriter } from '../writing/log-writer.ts'
import { addToHistory, readHistory } from './cleanup-history.ts'
import { CleanupLock } from './cleanup-lock.ts'
import {
  checkCleanupOptions,
  cleanupOptions,
  CleanupTally,
  completedEvent,
  startedEvent,
  type CleanupOptions,
  type CleanupReport,
} from './cleanup-report.ts'
import { nextNight, type NightlySchedule } from './nightly-schedule.ts'
import { planCleanup, type CleanupPlan } from './plan-cleanup.ts'
import { runCleanup, type CleanupProgress } from './run-cleanup.ts'

/** Clean-ups that the status tells, newest first. */
const SHOWN_HISTORY = 10

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
  /** When a server cleans up by itself; only told here, done by `NightlyCleanup`. Default: never. */
  readonly nightly?: NightlySchedule | undefined
}

/** The files, and the clean-ups that were and will be. */
export interface CleanupStatus extends LogStatus {
  /** The newest clean-up that came to its end; null when there was none. */
  readonly last_cleanup: CleanupReport | null
  /** When a running server cleans up next, ISO 8601 UTC; null when none is to. */
  readonly next_cleanup: string | null
  /** The newest clean-ups, newest first. */
  readonly history: readonly CleanupReport[]
}

export interface CleanupStart {
  /** False when a clean-up was running already; `task_id` is then that one's. */
  readonly started: boolean
  readonly task_id: string
  /** Nothing was started because the night's clean-up is done; `task_id` is that one's. */
  readonly already_done?: true
}

export interface CleanupStartOptions {
  /** The id of a night that is to be done once. */
  readonly scheduled_for?: string
  /** Called with every file. Must not throw. */
  readonly onProgress?: (progress: CleanupProgress) => void
}

interface CleanupRequest extends CleanupStartOptions {
  readonly task_id: string
  readonly options: CleanupOptions
  readonly tally: CleanupTally
  /** Undefined when it could not be had. */
  readonly lock: CleanupLock | undefined
}

interface RunningCleanup {
  readonly task_id: string
  readonly ended: Promise<CleanupReport>
  readonly abort: AbortController
}

/** The folder of the five logs and their archives: what is in it, whether it is well, and its clean-up. */
export class LogDirectory {
  readonly #options: LogDirectoryOptions
  readonly #directory: string
  readonly #clock: Clock
  #running: RunningCleanup | undefined
  #last: CleanupReport | undefined
  #closed = false

  constructor(options: LogDirectoryOptions) {
    this.#options = options
    this.#directory = resolve(options.directory)
    this.#clock = options.clock ?? systemClock
  }

  /** @throws system errors; a missing directory is an empty one */
  async status(): Promise<CleanupStatus> {
    const { nightly } = this.#options
    const now_ms = this.#clock.now()
    const [status, history, last_cleanup] = await Promise.all([
      logStatus(this.#directory, now_ms),
      this.#history(),
      this.lastReport(),
    ])
    const next_cleanup = nightly ? new Date(nextNight(nightly, now_ms).time_ms).toISOString() : null
    return { ...status, last_cleanup, next_cleanup, history: history.slice(-SHOWN_HISTORY).toReversed() }
  }

  directoryHealth(): Promise<DirectoryHealth> {
    return directoryHealth(this.#directory, this.#options.min_free_bytes ?? 64 * 1_048_576)
  }

  /**
   * What a clean-up would do now; changes nothing, takes no lock, and does not mind a clean-up that is running.
   * @throws MonitorError `config_invalid` for an option that is not a whole number from 0
   */
  async plan(options: CleanupOptions): Promise<CleanupPlan> {
    checkCleanupOptions(options)
    return planCleanup(this.#directory, cleanupOptions(options), this.#clock.now())
  }

  /**
   * Starts a clean-up and returns without waiting for its end; what the disk refuses is in its report.
   * @throws MonitorError `config_invalid` for an option that is not a whole number from 0
   */
  async startCleanup(options: CleanupOptions, extra: CleanupStartOptions = {}): Promise<CleanupStart> {
    checkCleanupOptions(options)
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
    if (locked && extra.scheduled_for !== undefined) {
      const done_by = await this.#whoDid(extra.scheduled_for)
      if (done_by !== undefined || this.#closed) {
        lock.release()
        return done_by === undefined
          ? { started: false, task_id }
          : { started: false, task_id: done_by, already_done: true }
      }
    }
    const abort = new AbortController()
    const request = {
      ...extra,
      task_id,
      options: cleanupOptions(options),
      tally,
      lock: locked ? lock : undefined,
    }
    this.#running = { task_id, ended: this.#run(request, abort.signal), abort }
    return { started: true, task_id }
  }

  /** Resolves when no clean-up of this object is running, with the report of the one that was. */
  async finished(): Promise<CleanupReport | null> {
    return (await this.#running?.ended) ?? this.lastReport()
  }

  /** Ends a running clean-up early and safely; the next one goes on from there. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.abort.abort(new Error('the program is stopping'))
    await this.#running?.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The report of the newest clean-up that came to its end, of this process or another. Never throws. */
  async lastReport(): Promise<CleanupReport | null> {
    const stored = (await this.#history()).at(-1)
    if (stored && (!this.#last || stored.finished_at > this.#last.finished_at)) return stored
    return this.#last ?? null
  }

  #history(): Promise<CleanupReport[]> {
    return readHistory(this.#directory).catch((): CleanupReport[] => [])
  }

  async #whoDid(night: string): Promise<string | undefined> {
    const done = (await this.#history()).find(
      (report) => report.scheduled_for === night && !report.stopped_early,
    )
    return done?.task_id
  }

  async #run(request: CleanupRequest, signal: AbortSignal): Promise<CleanupReport> {
    const { task_id, options, tally, lock, onProgress } = request
    const started_at = this.#isoNow()
    const start_ms = this.#clock.monotonic()
    const { log } = this.#options
    log?.write('operations', startedEvent(task_id, options))
    if (lock) {
      const touchAndTell = (progress: CleanupProgress): void => {
        lock.touch()
        onProgress?.(progress)
      }
      const [directory, clock] = [this.#directory, this.#clock]
      await runCleanup({ directory, options, clock, signal, onProgress: touchAndTell }, tally)
    }
    const report = await this.#conclude(request, started_at, signal)
    this.#last = report
    this.#running = undefined
    log?.write('operations', completedEvent(report, this.#clock.monotonic() - start_ms))
    return report
  }

  async #conclude(
    request: CleanupRequest,
    started_at: string,
    { aborted: stopped_early }: AbortSignal,
  ): Promise<CleanupReport> {
    const { task_id, options, tally, lock, scheduled_for = null } = request
    const report = (): CleanupReport =>
      tally.report({
        task_id,
        started_at,
        finished_at: this.#isoNow(),
        options,
        scheduled_for,
        stopped_early,
      })
    if (!lock) return report()
    try {
      await addToHistory(this.#directory, report(), this.#options.history_limit ?? 100)
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

  #isoNow(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}
