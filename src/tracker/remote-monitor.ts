import { systemClock, type Clock } from '../core/clock.ts'
import { openRemote, type Remote, type RemoteHealth } from '../remote/open-remote.ts'
import type { RemoteOptions } from '../remote/remote-options.ts'
import { TrackedSyncs } from './tracked-syncs.ts'
import type { Sync, SyncOptions } from './types.ts'

export interface RemoteMonitorOptions extends RemoteOptions {
  /** Milliseconds between two reports of a running sync's counts. Default 1000. */
  readonly saveIntervalMs?: number
  /** As in `createMonitor`. Default false. */
  readonly keepErrorMessages?: boolean
  readonly clock?: Clock
}

/** What a sync job embeds that has neither a database nor logs of its own. */
export interface RemoteMonitor extends AsyncDisposable {
  /** Runs a sync: a throw is a failure (and is thrown on), a return is a success. */
  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T>
  /** The long form; end it with `completeSuccess`, `completeFailure` or `cancel`. */
  startSync(options?: SyncOptions): Promise<Sync>
  health(): Promise<RemoteHealth>
  /** Ends what still runs as cancelled and delivers what it can; the rest stays in the spool. */
  close(): Promise<void>
}

/**
 * Reports syncs to a server. While it is away, everything waits in a spool on this machine's disk and is delivered later,
 * by this process or the next one, exactly once.
 *
 * @throws MonitorError `config_invalid`, `insecure_url`, `not_writable`; never because the server is away
 */
export async function createRemoteMonitor(options: RemoteMonitorOptions): Promise<RemoteMonitor> {
  const clock = options.clock ?? systemClock
  return new ReportingMonitor(await openRemote(options, clock), { ...options, clock })
}

class ReportingMonitor implements RemoteMonitor {
  readonly #remote: Remote
  readonly #syncs: TrackedSyncs
  #closing: Promise<void> | null = null

  constructor(remote: Remote, options: RemoteMonitorOptions & { readonly clock: Clock }) {
    this.#remote = remote
    const { reports, logs } = remote
    this.#syncs = new TrackedSyncs({ ...options, reports, logs })
  }

  track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T> {
    return this.#syncs.track(options, work)
  }

  startSync(options: SyncOptions = {}): Promise<Sync> {
    return this.#syncs.start(options)
  }

  health(): Promise<RemoteHealth> {
    return this.#remote.health()
  }

  close(): Promise<void> {
    this.#closing ??= this.#syncs.close().then(() => this.#remote.close())
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
