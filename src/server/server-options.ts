import type { AlertsSettings } from '../config/alerts.ts'
import type { Setting } from '../api/system/server-facts.ts'
import type { Clock } from '../core/clock.ts'
import type { DeliveryConfig } from '../delivery/delivery-config.ts'
import type { CleanupOptions } from '../logs/cleanup/cleanup-report.ts'
import type { StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import type { ShippingSettings } from '../fleet-logs/ship-logs.ts'
import type { RetentionConfig } from '../maintenance/retention.ts'
import type { ReportSettings } from '../config/reports.ts'
import type { GivenSchedules } from '../config/schedules.ts'
import type { ServerAccessOptions } from './access.ts'
import type { SyncLimitOptions } from '../tracker/sync-limits.ts'

export interface ServerOptions extends ServerAccessOptions {
  /** `sqlite:PATH`. Default `sqlite:data/canvas-sync.db`. */
  readonly database?: string
  /** Default `logs/canvas_sync`. */
  readonly logDir?: string
  /** Address to listen on; one beyond this machine needs a token in the database. Default 127.0.0.1. */
  readonly host?: string
  /** Default 5000; 0 takes a free one. */
  readonly port?: number
  /** IANA name of the zone that schedules go by. Default: the system's. */
  readonly timeZone?: string
  /** The nightly clean-up of the logs; false for none. Default: at 02:00, as a clean-up on request. */
  readonly logCleanup?: LogCleanupOptions | false
  /** Level, detail, size and backups of the log streams. Default: see `STREAM_DEFAULTS`. */
  readonly logStreams?: StreamOptionsByName
  /** How long syncs may run before they are `timed_out`, by type, or `none`. Default: 24 hours. */
  readonly syncLimits?: SyncLimitOptions
  /** How old the last whole read of a list may be before it counts as stale. Default 24h. */
  readonly freshnessTarget?: string
  /** What opens incidents; false for none. Default: every rule as built in, no quiet hours and no terms. */
  readonly alerts?: AlertsSettings | false
  /** Who is told of incidents; null for nobody, as by default. */
  readonly notifications?: DeliveryConfig | null
  /** Who gets reports by these channels, and when; null for nobody, as by default. */
  readonly reports?: ReportSettings | null
  /** When syncs are expected, by the names of the schedules. Default: what the API and pings declare. */
  readonly schedules?: GivenSchedules
  /** How long rows are kept, and when old ones are deleted; false for never. Default: 400 days, at 03:00. */
  readonly retention?: Partial<RetentionConfig> | false
  /** Where the log lines of this machine are brought besides its files; by default nowhere. */
  readonly shipping?: ShippingSettings
  /** How long running requests may take to end when the server is closed, milliseconds. Default 10,000. */
  readonly drainMs?: number
  /**
   * How long the server goes on when it is closed, while `/readyz` already says that it stops, so that load balancers
   * leave before it refuses connections, milliseconds. Default 0.
   */
  readonly closingNoticeMs?: number
  /**
   * Keep the messages of errors that reported syncs met and did not write themselves. Default false: such a message may
   * hold a student's name, and only the class and the place of the error are kept.
   */
  readonly keepErrorMessages?: boolean
  /** What it goes by, as administrators are shown it; nothing in it is secret. Default: nothing is shown. */
  readonly settings?: readonly Setting[]
  readonly clock?: Clock
  /** Gets each error that clients only learn the existence of. Default: nobody; it is in the errors log in any case. */
  readonly onError?: (error: unknown) => void
}

export interface LogCleanupOptions extends Partial<CleanupOptions> {
  /** Local time of day, `HH:MM`. Default 02:00. */
  readonly at?: string
}
