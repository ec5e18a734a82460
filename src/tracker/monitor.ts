import { systemClock, type Clock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import { openFileLogWriter } from '../logs/writing/file-log-writer.ts'
import type { LogHealth, LogWriter } from '../logs/writing/log-writer.ts'
import type { StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import { openRemote, type Remote, type RemoteHealth } from '../remote/open-remote.ts'
import type { RemoteOptions } from '../remote/remote-options.ts'
import { LateStore } from '../store/late-store.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { SyncReports } from '../store/sync-store.ts'
import { LogsHereAndThere, ReportsHereAndThere } from './here-and-there.ts'
import { LostSyncWatch } from './lost-sync-watch.ts'
import { NO_LIMITS, syncLimits, type SyncLimitOptions } from './sync-limits.ts'
import { TrackedSyncs } from './tracked-syncs.ts'
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
  /**
   * How long syncs may run before they are `timed_out`, by type. Default: no limits; a server has its own, and a job
   * that only starts beside it must not judge by others.
   */
  readonly syncLimits?: SyncLimitOptions
  /** Threads that only read a SQLite database, beside the one that writes: a server has two. Default 0. */
  readonly readerThreads?: number
  /**
   * What to do where the database cannot be reached, is locked, full, or of a newer version. `go_on`: the job runs; what it
   * does is logged, and recorded from when the database is there. `throw`: {@link createMonitor} throws. Default `go_on`.
   */
  readonly databaseAway?: 'go_on' | 'throw'
  /** A server that is told of everything as well. */
  readonly server?: RemoteOptions
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
  /** What is on its way to the server; null where none is reported to. */
  readonly remote: RemoteHealth | null
}

/** What a sync job embeds. */
export interface Monitor extends AsyncDisposable {
  /** Runs a sync: a throw is a failure (and is thrown on), a return is a success. */
  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T>
  /** The long form; end it with `completeSuccess`, `completeFailure` or `cancel`. */
  startSync(options?: SyncOptions): Promise<Sync>
  /**
   * Looks once: marks the syncs of this host whose process is gone as `lost` and returns their ids. Also done at the
   * start. That a sync of another host is silent can only be told by who watches it for 30 seconds.
   */
  markLostSyncs(): Promise<number[]>
  /** Does so again and again while the monitor is open, as a server wants. Default: every 1000 ms. */
  watchLostSyncs(interval_ms?: number): void
  health(): Promise<MonitorHealth>
  readonly store: Store
  readonly logs: LogWriter
  /** Resolves when no sync runs that was started here; one that nobody ends keeps it waiting. */
  settled(): Promise<void>
  /** Ends what still runs as cancelled, writes everything and closes what it opened. */
  close(): Promise<void>
}

/**
 * Opens the database and the log streams.
 *
 * @throws MonitorError when either cannot be used at all: better at the start than in the night. Not for a database that is
 * away, unless `databaseAway` says so: a job that does not run is worse than one that nobody watches
 */
export async function createMonitor(options: MonitorOptions = {}): Promise<Monitor> {
  const clock = options.clock ?? systemClock
  const opened = new AsyncDisposableStack()
  try {
    const logs = options.logs ?? openLogs(options, clock)
    if (options.logs === undefined) opened.defer(() => logs.close())
    let onBack = (): void => {}
    const store = options.store ?? (await openDatabase(options, clock, () => onBack()))
    if (options.store === undefined) opened.defer(() => store.close())
    const remote =
      options.server === undefined ? null : await openRemote({ ...options.server, startWaitMs: 0 }, clock)
    if (remote !== null) opened.defer(() => remote.close())
    const monitor = new TrackingMonitor({
      ...options,
      clock,
      store,
      opened,
      remote,
      logs: remote === null ? logs : new LogsHereAndThere(logs, remote.logs),
      reports: remote === null ? store.syncs : new ReportsHereAndThere(store.syncs, remote.reports),
    })
    onBack = () => void monitor.lookForLostSyncs().catch(() => {})
    if (!(store instanceof LateStore)) await monitor.lookForLostSyncs()
    return monitor
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

/** What passes, or what is no fault of the job. All else stays wrong until a person mends it. */
const AWAY: ReadonlySet<string> = new Set([
  'database_unreachable',
  'database_busy',
  'database_newer',
  'disk_full',
])

async function openDatabase(
  { database = 'sqlite:data/canvas-sync.db', readerThreads = 0, databaseAway = 'go_on' }: MonitorOptions,
  clock: Clock,
  onOpen: () => void,
): Promise<Store> {
  const open = (): Promise<Store> => openStore(database, { reader_threads: readerThreads })
  try {
    return await open()
  } catch (error) {
    if (databaseAway === 'throw' || !isMonitorError(error) || !AWAY.has(error.code)) throw error
    const sentence = `${error.message} The job goes on; what it does is recorded when the database is there.`
    process.emitWarning(sentence, 'CanvasSyncMonitorWarning')
    return new LateStore({ open, failure: error, clock, onOpen })
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
  readonly reports: SyncReports
  readonly remote: Remote | null
  /** What was opened for this monitor alone: closed in reverse order, each even when another fails. */
  readonly opened: AsyncDisposableStack
}

class TrackingMonitor implements Monitor {
  readonly store: Store
  readonly logs: LogWriter
  readonly #options: OpenedOptions
  readonly #syncs: TrackedSyncs
  readonly #watch: LostSyncWatch
  #closing: Promise<void> | null = null

  constructor(options: OpenedOptions) {
    this.#options = options
    this.store = options.store
    this.logs = options.logs
    this.#syncs = new TrackedSyncs({ ...options, reports: options.reports })
    const limits = options.syncLimits === undefined ? NO_LIMITS : syncLimits(options.syncLimits)
    this.#watch = new LostSyncWatch(options.store.syncs, options.logs, options.clock, limits)
  }

  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T> {
    return this.#syncs.track(options, work)
  }

  startSync(options: SyncOptions = {}): Promise<Sync> {
    return this.#syncs.start(options)
  }

  markLostSyncs(): Promise<number[]> {
    return this.#watch.once()
  }

  /** One look, and those that it takes to tell the silent ones of other hosts. */
  async lookForLostSyncs(): Promise<void> {
    await this.#watch.once()
    this.#watch.settle()
  }

  watchLostSyncs(interval_ms = 1000): void {
    this.#watch.start(interval_ms)
  }

  async health(): Promise<MonitorHealth> {
    return {
      database: await this.store.health(),
      logs: this.logs.health,
      store_failures: this.#syncs.failures,
      remote: (await this.#options.remote?.health()) ?? null,
    }
  }

  settled(): Promise<void> {
    return this.#syncs.settled()
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #closeAll(): Promise<void> {
    this.#watch.stop()
    await this.#syncs.close()
    await this.#options.opened.disposeAsync()
  }
}
