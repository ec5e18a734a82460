import { siteOf } from '../api/http/guard.ts'
import { listen } from '../api/http/listen.ts'
import { startingApi } from '../api/starting-api.ts'
import { systemClock } from '../core/clock.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { version } from '../version.ts'
import { apiAccess, refuseWithoutDatabase, refuseWithoutToken, refuseWrongAccess } from './access.ts'
import { placeOf } from './base-path.ts'
import { closeOpened } from './closing.ts'
import { openParts } from './open-parts.ts'
import type { ServerOptions } from './server-options.ts'

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:5000`, and the base path where there is one. */
  readonly url: string
  readonly port: number
  readonly monitor: Monitor
  /** How many requests have come whose answers have not left. */
  runningRequests(): number
  /**
   * Finishes what runs, then stops; a second call returns the first one's promise. Rejects when something could not be
   * closed in order, after closing all the rest.
   */
  close(): Promise<void>
}

/**
 * Opens the database and the logs and serves the API; marks syncs as lost whose process is gone, and cleans the
 * logs up every night.
 *
 * @throws MonitorError `address_refused` where tokens are asked for and there is none, `config_invalid`, `port_in_use`,
 * and what {@link createMonitor} throws
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1'
  const access = apiAccess(options, host)
  const { base_path, public_url } = placeOf(options)
  refuseWrongAccess(options)
  refuseWithoutDatabase(access, host, options.database ?? 'sqlite:data/canvas-sync.db')
  const clock = options.clock ?? systemClock
  const front = startingApi(version(), siteOf(access), base_path)
  const drain = options.drainMs === undefined ? {} : { drain_ms: options.drainMs }
  const listening = await listen(front, { host, port: options.port ?? 5000, clock, ...drain })
  const parts = new AsyncDisposableStack()
  const stopping = new AbortController()
  const closeAll = async (): Promise<void> => {
    // Those who follow the logs would never end by themselves.
    stopping.abort()
    // First of all: requests use everything else.
    parts.use(listening)
    await closeOpened(parts, (error) => options.onError?.(error))
  }
  try {
    const monitor = await openParts(options, {
      access,
      base_path,
      public_url,
      clock,
      parts,
      stopping: stopping.signal,
      onStore: (store) => refuseWithoutToken(access, host, store, clock.now()),
      onApi: (api) => {
        front.become(api)
      },
    })
    let closing: Promise<void> | undefined
    const stop = async (): Promise<void> => {
      stopping.abort()
      if (options.closingNoticeMs !== undefined) await clock.sleep(options.closingNoticeMs)
      await closeAll()
    }
    const close = (): Promise<void> => (closing ??= stop())
    return {
      url: `${listening.url}${base_path}`,
      port: listening.port,
      monitor,
      runningRequests: () => listening.running(),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    // Why it could not start is what counts.
    await closeAll().catch(() => {})
    throw error
  }
}
