import type { Clock } from '../core/clock.ts'
import { isMonitorError, MonitorError } from '../core/errors.ts'
import type { LogEvent } from '../core/log-event.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import { isPostgres } from '../store/open-store.ts'
import { collectorOf } from './otlp/otlp-address.ts'
import { OtlpDestination } from './otlp/otlp-destination.ts'
import type { Delivered, LogDestination } from './shipping/destination.ts'
import { LogShipper, type ShippingNews } from './shipping/log-shipper.ts'
import { PostgresDestination } from './shipping/postgres-destination.ts'

/** Where the lines of a log folder are to be shipped, as it is set. */
export interface ShippingSettings {
  readonly ship_logs: boolean
  readonly shipped_log_days: number
  readonly machine_name: string | null
  readonly otlp_logs: string | null
  readonly otlp_logs_headers: string | null
}

export interface ShippedFrom {
  readonly database: string
  readonly directory: string
  /** Of this program. */
  readonly version: string
  readonly clock: Clock
}

/**
 * The destinations that are set; none when nothing is to be shipped.
 * @throws MonitorError `config_invalid` where lines are to be shipped to a database that is no PostgreSQL
 */
export function shippingDestinations(settings: ShippingSettings, from: ShippedFrom): LogDestination[] {
  const { ship_logs, shipped_log_days, machine_name: machine, otlp_logs, otlp_logs_headers } = settings
  const { database, directory, version, clock } = from
  const destinations: LogDestination[] = []
  if (ship_logs) {
    if (!isPostgres(database)) throw needsPostgres()
    const keep_days = shipped_log_days
    destinations.push(new PostgresDestination({ database, directory, machine, keep_days, clock }))
  }
  const collector = otlp_logs === null ? null : collectorOf(otlp_logs, otlp_logs_headers)
  if (collector !== null) {
    destinations.push(new OtlpDestination({ directory, collector, machine, version, clock }))
  }
  return destinations
}

function needsPostgres(): MonitorError {
  return new MonitorError(
    'config_invalid',
    'Log lines are shipped to PostgreSQL, and the database is another.',
    {
      next_step: 'Set DATABASE_URL to a postgres:// address, or leave ship_logs out.',
    },
  )
}

export interface ShippingOptions extends ShippedFrom {
  readonly settings: ShippingSettings
  /** Gets a line of what went wrong. */
  readonly logs: Pick<LogWriter, 'write'>
  readonly zone: LegacyZone
  /** Gets what ended a shipper for good. */
  readonly onError: (error: unknown) => void
}

/**
 * Ships the lines of a folder as long as the process runs; what is set to nothing ships nothing.
 * @returns stops behind the batch under way
 * @throws MonitorError `config_invalid`
 */
export function shipLogs(options: ShippingOptions): () => Promise<void> {
  const { settings, logs, zone, onError, directory, clock } = options
  const stopping = new AbortController()
  const running = shippingDestinations(settings, options).map((destination) => {
    const refused = new RefusedLines(destination, logs)
    const stopTelling = clock.every(TELL_REFUSED_MS, () => {
      refused.tell()
    })
    const onNews = (news: ShippingNews): void => {
      if (news.kind === 'shipped') refused.add(news.delivered)
      const event = eventOf(news, destination)
      if (event !== null) logs.write('operations', event)
    }
    return new LogShipper({ directory, destination, zone, clock, onNews })
      .run(stopping.signal)
      .catch(onError)
      .finally(() => {
        stopTelling()
        refused.tell()
      })
  })
  return async () => {
    stopping.abort()
    await Promise.all(running)
  }
}

/** Not at once: the line that tells of them is shipped, too, and may be refused. */
const TELL_REFUSED_MS = 60_000
const WARNING = { level: 'WARNING', task_id: null, user_id: null } as const

/** Lines that a destination does not take, however often they are sent. */
class RefusedLines {
  readonly #destination: LogDestination
  readonly #logs: Pick<LogWriter, 'write'>
  #lines = 0

  constructor(destination: LogDestination, logs: Pick<LogWriter, 'write'>) {
    this.#destination = destination
    this.#logs = logs
  }

  add({ refused = 0 }: Delivered): void {
    this.#lines += refused
  }

  tell(): void {
    const lines = this.#lines
    if (lines === 0) return
    this.#lines = 0
    const message = `Some lines were refused by ${this.#destination.name}; they stay in their files.`
    this.#logs.write('operations', { ...WARNING, event: 'log_lines_refused', fields: { lines }, message })
  }
}

/** Shipped lines are not told: the line that tells of them would be shipped next. */
function eventOf(news: ShippingNews, { name }: LogDestination): LogEvent | null {
  if (news.kind === 'missed') {
    const { stream, reason, since_ms } = news.missed
    const since = since_ms === null ? undefined : new Date(since_ms).toISOString()
    return {
      ...WARNING,
      event: 'log_lines_not_shipped',
      fields: { stream, reason, since },
      message: missedText(stream, reason, name),
    }
  }
  if (news.kind !== 'waiting' && news.kind !== 'upkeep_failed') return null
  const error_code = isMonitorError(news.error) ? news.error.code : 'unreachable'
  if (news.kind === 'upkeep_failed') {
    const message = `Old days of log lines have not been dropped from ${name} since yesterday.`
    return { ...WARNING, event: 'log_days_not_dropped', fields: { error_code }, message }
  }
  return {
    ...WARNING,
    event: 'log_shipping_waits',
    fields: { error_code },
    message: `Log lines cannot be shipped to ${name} now; the files keep them until it is back.`,
  }
}

const MISSED = {
  deleted: 'were deleted before they were shipped',
  truncated: 'were cut from their file before they were shipped',
  unreadable: 'cannot be read to be shipped',
}

/** `Lines of api_calls were deleted before they were shipped to PostgreSQL.` */
export function missedText(stream: string, reason: keyof typeof MISSED, name: string): string {
  return `Lines of ${stream} ${MISSED[reason]} to ${name}.`
}
