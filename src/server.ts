import { createApi } from './api/app.ts'
import { listen } from './api/listen.ts'
import { systemClock, type Clock } from './core/clock.ts'
import { isMonitorError, MonitorError } from './core/errors.ts'
import { LogDirectory } from './logs/cleanup/log-directory.ts'
import { createMonitor, type Monitor } from './tracker/monitor.ts'
import { version } from './version.ts'

export interface ServerOptions {
  /** `sqlite:PATH`. Default `sqlite:data/canvas-sync.db`. */
  readonly database?: string
  /** Default `logs/canvas_sync`. */
  readonly logDir?: string
  /** Address to listen on; loopback only. Default 127.0.0.1. */
  readonly host?: string
  /** Default 5000; 0 takes a free one. */
  readonly port?: number
  readonly clock?: Clock
  /** Gets each error that clients only learn the existence of. Default: nobody; it is in the errors log in any case. */
  readonly onError?: (error: unknown) => void
}

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:5000` */
  readonly url: string
  readonly port: number
  readonly monitor: Monitor
  /** Finishes what runs, then stops; a second call returns the first one's promise. */
  close(): Promise<void>
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/**
 * Opens the database and the logs and serves the API; marks syncs as lost whose process is gone.
 *
 * @throws MonitorError `address_refused` for an address beyond this machine, `port_in_use`, and what
 * {@link createMonitor} throws
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1'
  if (!LOOPBACK.test(host)) {
    throw new MonitorError(
      'address_refused',
      `The server will not listen on ${host}: it holds data about people and has no access control yet.`,
      {
        next_step:
          'Leave out --host and HOST to listen on 127.0.0.1, and put a proxy with a sign-in of its own before it.',
      },
    )
  }
  const clock = options.clock ?? systemClock
  const logDir = options.logDir ?? 'logs/canvas_sync'
  const monitor = await createMonitor({
    logDir,
    clock,
    ...(options.database === undefined ? {} : { database: options.database }),
  })
  const logs = new LogDirectory({ directory: logDir, log: monitor.logs, clock })
  try {
    const app = createApi({
      syncs: monitor.store.syncs,
      health: () => monitor.store.health(),
      logs,
      clock,
      version: version(),
      onError: (error, place) => {
        logFault(monitor, error, `${place.where} ${place.request_id ?? ''}`.trim())
        options.onError?.(error)
      },
    })
    const listening = await listen(app, { host, port: options.port ?? 5000, clock })
    monitor.watchLostSyncs()
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      closing ??= listening
        .close()
        .then(() => logs.close())
        .then(() => monitor.close())
      return closing
    }
    return { url: listening.url, port: listening.port, monitor, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await monitor.close()
    throw error
  }
}

/** A line that says where an answer failed; what failed may hold anything, so only its kind is kept. */
function logFault(monitor: Monitor, error: unknown, where: string): void {
  const code = isMonitorError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
  monitor.logs.write('errors', {
    level: 'ERROR',
    event: 'request_failed',
    task_id: null,
    user_id: null,
    fields: { operation: 'request', error_code: code },
    message: `A request could not be answered: ${where}.`,
  })
}
