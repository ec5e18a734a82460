import type { AlertsSettings } from '../config/alerts.ts'
import type { Clock } from '../core/clock.ts'
import { IncidentWatch, type IncidentWatchOptions } from '../incidents/incident-watch.ts'
import { ownMachine } from '../incidents/own-machine.ts'
import { databasePlace, isPostgres } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'

export interface ServerIncidentOptions extends Pick<
  IncidentWatchOptions,
  'onError' | 'onChanges' | 'channels'
> {
  readonly store: Store
  readonly clock: Clock
  readonly alerts: AlertsSettings
  readonly time_zone: string
  readonly freshness_target_ms: number
  /** Address of the database. */
  readonly database: string
  readonly log_directory: string
  readonly cleans_logs: boolean
  readonly prunes: boolean
}

/** Starts the watch of a server; to be stopped before its store is closed. */
export function watchIncidents(options: ServerIncidentOptions): IncidentWatch {
  const { store, clock, alerts, time_zone, database, log_directory, cleans_logs, prunes, ...rest } = options
  const { quiet_hours, terms, tokens, forget_after_ms } = alerts
  const watch = new IncidentWatch({
    ...rest,
    store,
    clock,
    rules: alerts,
    calendar: { quiet_hours, terms, time_zone },
    tokens,
    forget_after_ms,
    machine: ownMachine({
      database_path: isPostgres(database) ? null : databasePlace(database),
      log_directory,
      system: store.system,
      cleans_logs,
      prunes,
      started_at: clock.now(),
    }),
  })
  watch.start()
  return watch
}
