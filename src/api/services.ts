import type { Clock } from '../core/clock.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { RuleConfig } from '../incidents/rule-settings.ts'
import type { SyncQueue } from '../queue/sync-queue.ts'
import type { Store } from '../store/store.ts'
import type { EventHub } from './events/event-hub.ts'
import type { LogMaintenance } from './logs/log-maintenance.ts'
import type { LogReading } from './logs/log-reading.ts'
import type { EndpointFigures } from './performance/endpoint-figures.ts'
import type { ReportPreview } from './reports/report-preview.ts'
import type { ServerFacts } from './system/server-facts.ts'

/** Where an error happened that no client may see. */
export interface ErrorPlace {
  /** What the client was told instead; null when it was told nothing. */
  readonly request_id: string | null
  /** Method and route without values: `GET /api/canvas/metrics/sync/{id}`. */
  readonly where: string
}

/** What the API needs from the program around it. */
export interface ApiServices {
  readonly store: Store
  readonly logs: LogMaintenance
  readonly log_reading: LogReading
  readonly events: EventHub
  /** Takes reports of syncs that run elsewhere; default nobody does. */
  readonly ingest?: Pick<Ingest, 'take'>
  /** Tells people of incidents; default nobody does. */
  readonly delivery?: Pick<Delivery, 'channels' | 'test'>
  /** Makes the reports that people get; default nobody does. */
  readonly reports?: ReportPreview
  /** How long calls to Canvas took, from the logs; default nobody reads them. */
  readonly endpoint_figures?: Pick<EndpointFigures, 'get'>
  /** How many queued syncs there are; default those of the store. */
  readonly queue?: Pick<SyncQueue, 'depths'>
  /** How the server was started; default nothing is told of it. */
  readonly server?: ServerFacts
  /** How old the last whole read of a list may be before it is stale; default 24 hours. */
  readonly freshness_target_ms?: number
  /** How the rules of incidents are set; default as built in. */
  readonly incident_rules?: RuleConfig
  /** Below which path of its host everything is: `/monitor`; default the root. */
  readonly base_path?: string
  readonly clock: Clock
  /** The version of this package, as `/livez` and `/openapi.json` tell it. */
  readonly version: string
  /** The commit of the source it runs from, as `/metrics` tells it; default not known. */
  readonly revision?: string | null
  /** Aborts when the server begins to stop: `/readyz` says so, and answers without an end are to end. Default: never. */
  readonly stopping?: AbortSignal
  /** Gets every error that clients only learn the existence of. Must not throw. */
  onError(error: unknown, place: ErrorPlace): void
}
