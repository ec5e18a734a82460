import { FleetReader } from '../fleet-logs/reading/fleet-reader.ts'
import { shipLogs, type ShippingSettings } from '../fleet-logs/ship-logs.ts'
import type { Clock } from '../core/clock.ts'
import { legacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'

interface FleetLogsOptions {
  readonly database: string
  readonly directory: string
  /** Undefined: nothing is shipped. */
  readonly settings: ShippingSettings | undefined
  readonly version: string
  readonly clock: Clock
  readonly time_zone: string
  readonly logs: Pick<LogWriter, 'write'>
  readonly onError: (error: unknown) => void
}

interface FleetLogs {
  /** Null where lines are not shipped to the database. */
  readonly fleet: FleetReader | null
  readonly stopShipping: () => Promise<void>
}

/**
 * Ships the lines of this machine, and reads those of all.
 * @throws MonitorError `config_invalid`
 */
export function openFleetLogs({ settings, time_zone, ...options }: FleetLogsOptions): FleetLogs {
  if (settings === undefined) return { fleet: null, stopShipping: async () => {} }
  const stopShipping = shipLogs({ ...options, settings, zone: legacyZone(time_zone) })
  return { fleet: settings.ship_logs ? new FleetReader(options.database) : null, stopShipping }
}
