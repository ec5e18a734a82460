import { randomUUID } from 'node:crypto'
import { systemClock, type Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import type { SyncMetadata } from '../core/sync-record.ts'
import { redactText } from '../logs/redact.ts'
import { openFileLogWriter } from '../logs/writing/file-log-writer.ts'
import type { LogHealth, LogWriter } from '../logs/writing/log-writer.ts'
import type { StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { SyncStart } from '../store/sync-store.ts'
import { flag, wholeNumber } from './counts.ts'
import { LostSyncWatch } from './lost-sync-watch.ts'
import { storableMetadata } from './metadata.ts'
import { processIdentity } from './process-identity.ts'
import { SyncLog } from './sync-log.ts'
import { SyncRecorder } from './sync-recorder.ts'
import { SyncTracker } from './sync-tracker.ts'
import { ThrottleGates } from './throttle-gates.ts'
import type { Sync, SyncOptions } from './types.ts'

export interface MonitorOptions {
  /** `sqlite:PATH`. Default `sqlite:data/canvas-sync.db`. */
  readonly database?: string
  /** Directory of the five log streams. Default `logs/canvas_sync`. */
  readonly logDir?: string
  /** Level, detail, size and backups per stream. */
  readonly streams?: StreamOptionsByName
  /** Milliseconds between two saves of a running sync's counts. Default 1000. */
  readonly saveIntervalMs?: number
  /**
   * Keep the messages of errors that a job throws. Default false: such a message may hold a student's name, and
   * only the class and the place of the error are kept.
   */
  readonly keepErrorMessages?: boolean
  readonly clock?: Clock
  /** Used instead of `database`; the caller closes it. */
  readonly store?: Store
  /** Used instead of `logDir`; the caller closes it. */
  readonly logs?: LogWriter
}

export interface MonitorHealth {
  readonly database: { readonly ok: boolean; readonly message: string | null }
  readonly logs: LogHealth
  /** Store writes that failed since the monitor was created. */
  readonly store_failures: number
}

/** What a sync job embeds. */
export interface Monitor extends AsyncDisposable {
  /** Runs a sync: a throw is a failure (and is thrown on), a return is a success. */
  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T>
  /** The long form; end it with `completeSuccess`, `completeFailure` or `cancel`. */
  startSync(options?: SyncOptions): Promise<Sync>
  /** Marks syncs whose process is gone as `lost`; returns their ids. Also done at the start. */
  markLostSyncs(): Promise<number[]>
  /** Does so again and again while the monitor is open, as a server wants. */
  watchLostSyncs(interval_ms?: number): void
  health(): Promise<MonitorHealth>
  readonly store: Store
  readonly logs: LogWriter
  /** Ends what still runs as cancelled, writes everything and closes what it opened. */
  close(): Promise<void>
}

/**
 * Opens the database and the log streams.
 *
 * @throws MonitorError when either cannot be used at all: better at the start than in the night
 */
export async function createMonitor(options: MonitorOptions = {}): Promise<Monitor> {
  const clock = options.clock ?? systemClock
  const opened = new AsyncDisposableStack()
  try {
    const logs = options.logs ?? openLogs(options, clock)
    if (options.logs === undefined) opened.defer(() => logs.close())
    const store = options.store ?? (await openStore(options.database ?? 'sqlite:data/canvas-sync.db'))
    if (options.store === undefined) opened.defer(() => store.close())
    const monitor = new TrackingMonitor({ ...options, clock, logs, store, opened })
    await monitor.markLostSyncs()
    return monitor
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

function openLogs(options: MonitorOptions, clock: Clock): LogWriter {
  const directory = options.logDir ?? 'logs/canvas_sync'
  return openFileLogWriter({
    directory,
    clock,
    ...(options.streams === undefined ? {} : { streams: options.streams }),
  })
}

type OpenedOptions = MonitorOptions & {
  readonly clock: Clock
  readonly logs: LogWriter
  readonly store: Store
  /** What was opened for this monitor alone: closed in reverse order, each even when another fails. */
  readonly opened: AsyncDisposableStack
}

class TrackingMonitor implements Monitor {
  readonly store: Store
  readonly logs: LogWriter
  readonly #options: OpenedOptions
  readonly #starting = new Set<Promise<Sync>>()
  /** Syncs whose end is not in the store. */
  readonly #open = new Set<SyncTracker>()
  readonly #watch: LostSyncWatch
  readonly #gates: ThrottleGates
  #store_failures = 0
  #closing: Promise<void> | null = null

  constructor(options: OpenedOptions) {
    this.#options = options
    this.store = options.store
    this.logs = options.logs
    this.#gates = new ThrottleGates(options.clock)
    this.#watch = new LostSyncWatch(options.store.syncs, options.logs, options.clock)
  }

  async track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T> {
    const sync = await this.startSync(options)
    try {
      const value = await work(sync)
      await sync.completeSuccess()
      return value
    } catch (error) {
      await sync.completeFailure(error)
      throw error
    }
  }

  async startSync(options: SyncOptions = {}): Promise<Sync> {
    if (this.#closing !== null) throw new MonitorError('closed', 'The monitor is closed.')
    const starting = this.#start(options)
    this.#starting.add(starting)
    try {
      return await starting
    } finally {
      this.#starting.delete(starting)
    }
  }

  markLostSyncs(): Promise<number[]> {
    return this.#watch.once()
  }

  watchLostSyncs(interval_ms = 2000): void {
    this.#watch.start(interval_ms)
  }

  async health(): Promise<MonitorHealth> {
    return {
      database: await this.store.health(),
      logs: this.logs.health,
      store_failures: this.#store_failures,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #start(options: SyncOptions): Promise<Sync> {
    const { clock, logs, store } = this.#options
    const start = startOf(options, clock.now())
    const recorder = new SyncRecorder(store.syncs, start, () => this.#store_failures++)
    await recorder.start(options.onTaskIdTaken ?? 'rename')
    const sync = new SyncTracker({
      start,
      recorder,
      log: new SyncLog(logs, recorder.task_id, start.user_id),
      clock,
      gates: this.#gates,
      save_interval_ms: this.#options.saveIntervalMs ?? 1000,
      keep_error_messages: this.#options.keepErrorMessages ?? false,
      onEndSaved: () => this.#open.delete(sync),
    })
    if (options.metadata != null && start.sync_metadata === null) sync.countLoss()
    this.#open.add(sync)
    return sync
  }

  async #closeAll(): Promise<void> {
    this.#watch.stop()
    await Promise.allSettled(this.#starting)
    const ended: Promise<void>[] = []
    for (const sync of this.#open) ended.push(sync.close('The monitor was closed while the sync ran.'))
    await Promise.allSettled(ended)
    await this.#options.opened.disposeAsync()
  }
}

function startOf(options: SyncOptions, now: number): SyncStart {
  const { host, pid, process_started } = processIdentity()
  return {
    sync_task_id: text(options.taskId ?? randomUUID(), 'taskId'),
    user_id: options.userId == null ? null : text(options.userId, 'userId'),
    sync_type: redactText(text(options.syncType ?? 'all', 'syncType')),
    target_course_id: options.targetCourseId == null ? null : text(options.targetCourseId, 'targetCourseId'),
    incremental_sync: flag(options.incremental),
    use_pagination: flag(options.usePagination ?? true),
    chunk_size: wholeNumber(options.chunkSize) || null,
    sync_metadata: metadataOrNothing(options.metadata),
    trigger: redactText(text(options.trigger ?? 'manual', 'trigger')),
    host,
    pid,
    process_started,
    started_at: now,
  }
}

/** What cannot be stored must not keep a job from its start; the sync counts it as lost. */
function metadataOrNothing(metadata: SyncMetadata | undefined): SyncMetadata | null {
  try {
    return metadata == null ? null : storableMetadata(metadata)
  } catch {
    return null
  }
}

function text(value: string | number, name: string): string {
  const string = String(value)
  if (string.length >= 1 && string.length <= 255) return string
  throw new MonitorError('usage', `${name} must have 1 to 255 characters, got ${string.length}.`)
}
