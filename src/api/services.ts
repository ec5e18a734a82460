import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { LogMaintenance } from './logs/log-maintenance.ts'
import type { LogReading } from './logs/log-reading.ts'

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
  readonly clock: Clock
  /** The version of this package, as `/livez` and `/openapi.json` tell it. */
  readonly version: string
  /** Gets every error that clients only learn the existence of. Must not throw. */
  onError(error: unknown, place: ErrorPlace): void
}
