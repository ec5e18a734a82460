import { createApi } from './api/app.ts'
import { listen } from './api/http/listen.ts'
import { logReading } from './api/logs/log-reading.ts'
import { systemClock, type Clock } from './core/clock.ts'
import { isMonitorError, MonitorError } from './core/errors.ts'
import { systemZone } from './core/local-time.ts'
import type { CleanupOptions } from './logs/cleanup/cleanup-report.ts'
import { LogDirectory } from './logs/cleanup/log-directory.ts'
import { NightlyCleanup } from './logs/cleanup/nightly-cleanup.ts'
import { nightlySchedule, type NightlySchedule } from './logs/cleanup/nightly-schedule.ts'
import type { StreamOptionsByName } from './logs/writing/stream-settings.ts'
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
  /** IANA name of the zone that schedules go by. Default: the system's. */
  readonly timeZone?: string
  /** The nightly clean-up of the logs; false for none. Default: at 02:00, as a clean-up on request. */
  readonly logCleanup?: LogCleanupOptions | false
  /** Level, detail, size and backups of the log streams. Default: see `STREAM_DEFAULTS`. */
  readonly logStreams?: StreamOptionsByName
  readonly clock?: Clock
  /** Gets each error that clients only learn the existence of. Default: nobody; it is in the errors log in any case. */
  readonly onError?: (error: unknown) => void
}

export interface LogCleanupOptions extends Partial<CleanupOptions> {
  /** Local time of day, `HH:MM`. Default 02:00. */
  readonly at?: string
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
 * Opens the database and the logs and serves the API; marks syncs as lost whose process is gone, and cleans the
 * logs up every night.
 *
 * @throws MonitorError `address_refused` for an address beyond this machine, `config_invalid`, `port_in_use`,
 * and what {@link createMonitor} throws
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
  const nightly = scheduleOf(options)
  const logDir = options.logDir ?? 'logs/canvas_sync'
  const monitor = await createMonitor({
    logDir,
    clock,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.logStreams === undefined ? {} : { streams: options.logStreams }),
  })
  const logs = new LogDirectory({ directory: logDir, log: monitor.logs, clock, nightly })
  const stopping = new AbortController()
  try {
    const app = createApi({
      store: monitor.store,
      logs,
      log_reading: logReading(logDir, options.timeZone ?? systemZone(), stopping.signal),
      clock,
      version: version(),
      onError: (error, place) => {
        const where = `${place.where} ${place.request_id ?? ''}`.trim()
        logFault(monitor, error, 'request', `A request could not be answered: ${where}.`)
        options.onError?.(error)
      },
    })
    const listening = await listen(app, { host, port: options.port ?? 5000, clock })
    monitor.watchLostSyncs()
    const onError = (error: unknown): void => {
      logFault(monitor, error, 'cleanup', 'The nightly log clean-up could not be started.')
      options.onError?.(error)
    }
    const nightly_cleanup = nightly && new NightlyCleanup({ logs, schedule: nightly, clock, onError })
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      // Those who follow the logs would never end by themselves.
      stopping.abort()
      closing ??= listening
        .close()
        .then(() => nightly_cleanup?.stop())
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

function scheduleOf({ timeZone, logCleanup }: ServerOptions): NightlySchedule | undefined {
  if (logCleanup === false) return undefined
  return nightlySchedule({ ...logCleanup, ...(timeZone === undefined ? {} : { time_zone: timeZone }) })
}

/** A line that says where something failed; what failed may hold anything, so only its kind is kept. */
function logFault(monitor: Monitor, error: unknown, operation: 'request' | 'cleanup', message: string): void {
  const code = isMonitorError(error) ? error.code : error instanceof Error ? error.name : 'unknown'
  monitor.logs.write('errors', {
    level: 'ERROR',
    event: `${operation}_failed`,
    task_id: null,
    user_id: null,
    fields: { operation, error_code: code },
    message,
  })
}
