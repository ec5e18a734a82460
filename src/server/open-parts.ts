import { createApi, type ApiOptions } from '../api/app.ts'
import { Gate } from '../api/access/gate.ts'
import { EventHub } from '../api/events/event-hub.ts'
import type { Fetcher } from '../api/http/node-listener.ts'
import { logReading } from '../api/logs/log-reading.ts'
import type { ApiServices } from '../api/services.ts'
import { NO_ALERTS_SETTINGS } from '../config/alerts.ts'
import { freshnessTarget } from '../config/freshness.ts'
import type { Clock } from '../core/clock.ts'
import { DEFAULT_FRESHNESS_TARGET } from '../core/freshness-verdict.ts'
import { systemZone } from '../core/local-time.ts'
import { Ingest } from '../ingest/ingest.ts'
import { LogDirectory } from '../logs/cleanup/log-directory.ts'
import { NightlyCleanup } from '../logs/cleanup/nightly-cleanup.ts'
import { limitChanges } from '../maintenance/change-limit.ts'
import { watchSizes } from '../maintenance/size-watch.ts'
import type { Store } from '../store/store.ts'
import { createMonitor, type Monitor } from '../tracker/monitor.ts'
import { revision, version } from '../version.ts'
import { openDelivery } from './delivery.ts'
import { endpointFigures, serverFacts } from './facts.ts'
import { logFault, type Fault } from './faults.ts'
import { openFleetLogs } from './fleet-logs.ts'
import { watchIncidents } from './incidents.ts'
import { prunesEveryNight, retentionOf, scheduleOf } from './nightly.ts'
import { openQueueDepths } from './queue.ts'
import { openReports } from './reports.ts'
import { watchSchedules } from './schedules.ts'
import type { ServerOptions } from './server-options.ts'

/** One long read, such as a check of all figures, must not hold up the others. */
const READER_THREADS = 2

export interface Opening {
  readonly access: ApiOptions
  /** Below which path everything is; empty for the root. */
  readonly base_path: string
  /** Where browsers find the dashboard; null where nobody said. */
  readonly public_url: string | null
  readonly clock: Clock
  /** Gets what is to be closed, in the order of opening. */
  readonly parts: AsyncDisposableStack
  /** Aborts when the server begins to stop. */
  readonly stopping: AbortSignal
  /** Aborts when it is closed, where jobs go on meanwhile. Default: it is closed when it begins to stop. */
  readonly closing?: AbortSignal
  /** Before anything is served: throws where the server must not start with this database. */
  onStore?(store: Store): Promise<void>
  /** As soon as requests can be answered; more is opened after it. */
  onApi(api: Fetcher): void
}

/**
 * Everything of a server but the listening: database, logs, API, and what looks after them. What is opened when it throws
 * is in `parts` all the same.
 */
export async function openParts(options: ServerOptions, opening: Opening): Promise<Monitor> {
  const { access, base_path, public_url, clock, parts, stopping, onStore, onApi } = opening
  const closing = opening.closing ?? stopping
  const nightly = scheduleOf(options)
  const retention = retentionOf(options)
  const freshness_target_ms = freshnessTarget(options.freshnessTarget ?? DEFAULT_FRESHNESS_TARGET)
  const logDir = options.logDir ?? 'logs/canvas_sync'
  const monitor = await createMonitor({
    databaseAway: 'throw',
    logDir,
    clock,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.logStreams === undefined ? {} : { streams: options.logStreams }),
    syncLimits: options.syncLimits ?? {},
    readerThreads: READER_THREADS,
  })
  parts.use(monitor)
  // Those who watch would wait for a database that is away, one after the other.
  closing.addEventListener('abort', () => monitor.store.hurry())
  const logs = new LogDirectory({ directory: logDir, log: monitor.logs, clock, nightly })
  parts.use(logs)
  await onStore?.(monitor.store)
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
  parts.use(ingest)
  const tell = (fault: Fault, message: string) => (error: unknown) => {
    logFault(monitor, error, fault, message)
    options.onError?.(error)
  }
  const endpoint_figures = endpointFigures({
    directory: logDir,
    time_zone: options.timeZone ?? systemZone(),
    clock,
    stopping,
    onError: tell('analysis', 'The log of API calls could not be read.'),
  })
  parts.defer(() => endpoint_figures.settled())
  const reports = openReports({
    store: monitor.store,
    clock,
    settings: options.reports ?? null,
    time_zone: options.timeZone ?? systemZone(),
    freshness_target_ms,
    public_url,
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
  parts.defer(() => delivery?.stop())
  const { fleet, stopShipping } = openFleetLogs({
    database: options.database ?? 'sqlite:data/canvas-sync.db',
    directory: logDir,
    settings: options.shipping,
    version: version(),
    clock,
    time_zone: options.timeZone ?? systemZone(),
    logs: monitor.logs,
    onError: tell('shipping', 'Log lines are not shipped any more.'),
  })
  parts.defer(async () => {
    await stopShipping()
    await fleet?.[Symbol.asyncDispose]()
  })
  const queue = openQueueDepths(options.database ?? 'sqlite:data/canvas-sync.db', monitor.store.queue)
  parts.defer(() => queue?.[Symbol.asyncDispose]())
  const services: ApiServices = {
    store: monitor.store,
    ...(delivery === null ? {} : { delivery }),
    ...(queue === null ? {} : { queue }),
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
    log_reading: logReading(logDir, options.timeZone ?? systemZone(), stopping, fleet),
    events: new EventHub({
      changes: monitor.store.changes,
      clock,
      stopping,
      onError: (error) => {
        services.onError(error, { request_id: null, where: 'GET /api/canvas/metrics/events' })
      },
    }),
    clock,
    base_path,
    version: version(),
    revision: revision(),
    stopping,
    onError: (error, place) => {
      const where = `${place.where} ${place.request_id ?? ''}`.trim()
      logFault(monitor, error, 'request', `A request could not be answered: ${where}.`)
      options.onError?.(error)
    },
  }
  const gate = new Gate(services, access)
  parts.defer(() => gate.close())
  const stopLimiting = limitChanges(monitor.store.changes, clock, (error) => {
    logFault(monitor, error, 'prune', 'Old changes could not be deleted.')
    options.onError?.(error)
  })
  parts.defer(stopLimiting)
  onApi(createApi(services, { ...access, gate }))
  const onUnmeasured = tell('measurement', 'The sizes of the database and the logs could not be measured.')
  parts.defer(watchSizes({ store: monitor.store, directory: logDir, clock, onError: onUnmeasured }))
  monitor.watchLostSyncs()
  const onError = (error: unknown): void => {
    logFault(monitor, error, 'cleanup', 'The nightly log clean-up could not be started.')
    options.onError?.(error)
  }
  const nightly_cleanup = nightly && new NightlyCleanup({ logs, schedule: nightly, clock, onError })
  parts.defer(() => nightly_cleanup?.stop())
  const endSchedules = await watchSchedules({
    store: monitor.store.schedules,
    clock,
    schedules: options.schedules ?? {},
    time_zone: options.timeZone ?? systemZone(),
    onError: tell('schedules', 'The schedules could not be looked at.'),
  })
  parts.defer(endSchedules)
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
    parts.defer(() => incidents.stop())
  }
  delivery?.start()
  const report_watch =
    delivery && reports.watch(delivery, tell('reports', 'A report could not be made or handed over.'))
  parts.defer(() => report_watch?.stop())
  const nightly_prune = retention && prunesEveryNight(monitor, retention, clock, options.onError)
  parts.defer(() => nightly_prune?.stop())
  return monitor
}
