import { createApi } from '../api/app.ts'
import { Gate } from '../api/access/gate.ts'
import { EventHub } from '../api/events/event-hub.ts'
import { siteOf } from '../api/http/guard.ts'
import { listen } from '../api/http/listen.ts'
import { logReading } from '../api/logs/log-reading.ts'
import type { ApiServices } from '../api/services.ts'
import { startingApi } from '../api/starting-api.ts'
import { NO_ALERTS_SETTINGS } from '../config/alerts.ts'
import { systemClock, type Clock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import { DEFAULT_FRESHNESS_TARGET } from '../core/freshness-verdict.ts'
import { systemZone } from '../core/local-time.ts'
import { freshnessTarget } from '../config/freshness.ts'
import { LogDirectory } from '../logs/cleanup/log-directory.ts'
import { NightlyCleanup } from '../logs/cleanup/nightly-cleanup.ts'
import { nightlySchedule, type NightlySchedule } from '../logs/cleanup/nightly-schedule.ts'
import { closeOpened } from './closing.ts'
import { openDelivery } from './delivery.ts'
import { endpointFigures, serverFacts } from './facts.ts'
import { watchIncidents } from './incidents.ts'
import { openReports } from './reports.ts'
import { watchSchedules } from './schedules.ts'
import { apiAccess, refuseWithoutDatabase, refuseWithoutToken } from './access.ts'
import { limitChanges } from '../maintenance/change-limit.ts'
import { NightlyPrune } from '../maintenance/nightly-prune.ts'
import { retentionConfig, type RetentionSchedule } from '../maintenance/retention.ts'
import { watchSizes } from '../maintenance/size-watch.ts'
import { Ingest } from '../ingest/ingest.ts'
import { createMonitor, type Monitor } from '../tracker/monitor.ts'
import { revision, version } from '../version.ts'
import type { ServerOptions } from './server-options.ts'

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:5000` */
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

/** One long read, such as a check of all figures, must not hold up the others. */
const READER_THREADS = 2

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
  refuseWithoutDatabase(access, host, options.database ?? 'sqlite:data/canvas-sync.db')
  const clock = options.clock ?? systemClock
  const nightly = scheduleOf(options)
  const retention = retentionOf(options)
  const freshness_target_ms = freshnessTarget(options.freshnessTarget ?? DEFAULT_FRESHNESS_TARGET)
  const logDir = options.logDir ?? 'logs/canvas_sync'
  const front = startingApi(version(), siteOf(access))
  const drain = options.drainMs === undefined ? {} : { drain_ms: options.drainMs }
  const listening = await listen(front, { host, port: options.port ?? 5000, clock, ...drain })
  const opened = new AsyncDisposableStack()
  const stopping = new AbortController()
  const closeAll = async (): Promise<void> => {
    // Those who follow the logs would never end by themselves.
    stopping.abort()
    // First of all: requests use everything else.
    opened.use(listening)
    await closeOpened(opened, (error) => options.onError?.(error))
  }
  try {
    const monitor = await createMonitor({
      logDir,
      clock,
      ...(options.database === undefined ? {} : { database: options.database }),
      ...(options.logStreams === undefined ? {} : { streams: options.logStreams }),
      syncLimits: options.syncLimits ?? {},
      readerThreads: READER_THREADS,
    })
    opened.use(monitor)
    // Those who watch would wait for a database that is away, one after the other.
    stopping.signal.addEventListener('abort', () => monitor.store.hurry())
    const logs = new LogDirectory({ directory: logDir, log: monitor.logs, clock, nightly })
    opened.use(logs)
    await refuseWithoutToken(access, host, monitor.store, clock.now())
    const ingest = await Ingest.open({
      store: monitor.store.ingest,
      logDir,
      streams: options.logStreams,
      clock,
      keepErrorMessages: options.keepErrorMessages,
      onFailure: (error) => {
        logFault(monitor, error, 'ingest', 'Lines of reported syncs could not be written; they are kept.')
        options.onError?.(error)
      },
    })
    opened.use(ingest)
    const tell = (fault: Fault, message: string) => (error: unknown) => {
      logFault(monitor, error, fault, message)
      options.onError?.(error)
    }
    const endpoint_figures = endpointFigures({
      directory: logDir,
      time_zone: options.timeZone ?? systemZone(),
      clock,
      stopping: stopping.signal,
      onError: tell('analysis', 'The log of API calls could not be read.'),
    })
    opened.defer(() => endpoint_figures.settled())
    const reports = openReports({
      store: monitor.store,
      clock,
      settings: options.reports ?? null,
      time_zone: options.timeZone ?? systemZone(),
      freshness_target_ms,
      public_url: options.publicUrl ?? null,
      incidents: options.alerts !== false,
      channels: options.notifications?.channels.map(({ name }) => name) ?? null,
    })
    const delivery = openDelivery({
      store: monitor.store,
      clock,
      config: options.notifications ?? null,
      composeReport: reports.compose,
      onError: tell('delivery', 'Notifications could not be planned or sent.'),
    })
    opened.defer(() => delivery?.stop())
    const services: ApiServices = {
      store: monitor.store,
      ...(delivery === null ? {} : { delivery }),
      reports,
      endpoint_figures,
      freshness_target_ms,
      incident_rules: options.alerts === false ? NO_ALERTS_SETTINGS : (options.alerts ?? NO_ALERTS_SETTINGS),
      server: serverFacts({
        database: options.database,
        logDir,
        retention,
        settings: options.settings,
        now: clock.now(),
      }),
      ingest,
      logs,
      log_reading: logReading(logDir, options.timeZone ?? systemZone(), stopping.signal),
      events: new EventHub({
        changes: monitor.store.changes,
        clock,
        stopping: stopping.signal,
        onError: (error) => {
          services.onError(error, { request_id: null, where: 'GET /api/canvas/metrics/events' })
        },
      }),
      clock,
      version: version(),
      revision: revision(),
      stopping: stopping.signal,
      onError: (error, place) => {
        const where = `${place.where} ${place.request_id ?? ''}`.trim()
        logFault(monitor, error, 'request', `A request could not be answered: ${where}.`)
        options.onError?.(error)
      },
    }
    const gate = new Gate(services, access)
    opened.defer(() => gate.close())
    const stopLimiting = limitChanges(monitor.store.changes, clock, (error) => {
      logFault(monitor, error, 'prune', 'Old changes could not be deleted.')
      options.onError?.(error)
    })
    opened.defer(stopLimiting)
    front.become(createApi(services, { ...access, gate }))
    const onUnmeasured = tell('measurement', 'The sizes of the database and the logs could not be measured.')
    opened.defer(watchSizes({ store: monitor.store, directory: logDir, clock, onError: onUnmeasured }))
    monitor.watchLostSyncs()
    const onError = (error: unknown): void => {
      logFault(monitor, error, 'cleanup', 'The nightly log clean-up could not be started.')
      options.onError?.(error)
    }
    const nightly_cleanup = nightly && new NightlyCleanup({ logs, schedule: nightly, clock, onError })
    opened.defer(() => nightly_cleanup?.stop())
    const endSchedules = await watchSchedules({
      store: monitor.store.schedules,
      clock,
      schedules: options.schedules ?? {},
      time_zone: options.timeZone ?? systemZone(),
      onError: tell('schedules', 'The schedules could not be looked at.'),
    })
    opened.defer(endSchedules)
    if (options.alerts !== false) {
      const incidents = watchIncidents({
        store: monitor.store,
        clock,
        alerts: options.alerts ?? NO_ALERTS_SETTINGS,
        time_zone: options.timeZone ?? systemZone(),
        freshness_target_ms,
        database: options.database ?? 'sqlite:data/canvas-sync.db',
        log_directory: logDir,
        cleans_logs: nightly !== undefined,
        prunes: retention !== undefined,
        onError: tell('incidents', 'Incidents could not be looked for.'),
        channels: async () => {
          const names = new Set(delivery?.channels.map(({ name }) => name))
          // What is not there any more fails nobody.
          return (await monitor.store.notifications.channels()).filter(({ channel }) => names.has(channel))
        },
        onChanges: () => delivery?.look(),
      })
      opened.defer(() => incidents.stop())
    }
    delivery?.start()
    const report_watch =
      delivery && reports.watch(delivery, tell('reports', 'A report could not be made or handed over.'))
    opened.defer(() => report_watch?.stop())
    const nightly_prune = retention && prunesEveryNight(monitor, retention, clock, options.onError)
    opened.defer(() => nightly_prune?.stop())
    let closing: Promise<void> | undefined
    const stop = async (): Promise<void> => {
      stopping.abort()
      if (options.closingNoticeMs !== undefined) await clock.sleep(options.closingNoticeMs)
      await closeAll()
    }
    const close = (): Promise<void> => (closing ??= stop())
    return {
      url: listening.url,
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

function scheduleOf({ timeZone, logCleanup }: ServerOptions): NightlySchedule | undefined {
  if (logCleanup === false) return undefined
  return nightlySchedule({ ...logCleanup, ...(timeZone === undefined ? {} : { time_zone: timeZone }) })
}

function retentionOf({ timeZone, retention }: ServerOptions): RetentionSchedule | undefined {
  const config = retention === false ? undefined : retentionConfig(retention)
  return config?.enabled === true ? { ...config, time_zone: timeZone ?? systemZone() } : undefined
}

function prunesEveryNight(
  monitor: Monitor,
  schedule: RetentionSchedule,
  clock: Clock,
  tell: ServerOptions['onError'],
): NightlyPrune {
  const onError = (error: unknown): void => {
    logFault(monitor, error, 'prune', 'Old rows could not be deleted.')
    tell?.(error)
  }
  return new NightlyPrune({ store: monitor.store, logs: monitor.logs, schedule, clock, onError })
}

type Fault =
  | 'request'
  | 'cleanup'
  | 'prune'
  | 'ingest'
  | 'analysis'
  | 'measurement'
  | 'incidents'
  | 'schedules'
  | 'delivery'
  | 'reports'

/** A line that says where something failed; what failed may hold anything, so only its kind is kept. */
function logFault(monitor: Monitor, error: unknown, operation: Fault, message: string): void {
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
