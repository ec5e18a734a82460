import { systemClock } from '../../../core/clock.ts'
import { MonitorError } from '../../../core/errors.ts'
import { missedText, shippingDestinations } from '../../../fleet-logs/ship-logs.ts'
import type { LogDestination } from '../../../fleet-logs/shipping/destination.ts'
import {
  LogShipper,
  type ShippingNews,
  type ShippingReport,
} from '../../../fleet-logs/shipping/log-shipper.ts'
import { skipsIn } from '../../../fleet-logs/shipping/shipped-line.ts'
import { legacyZone } from '../../../logs/reading/legacy-zone.ts'
import { migratePostgres } from '../../../store/postgres/postgres-store.ts'
import { isPostgres } from '../../../store/open-store.ts'
import { version } from '../../../version.ts'
import { flagValue, type Command, type CommandContext } from '../../command.ts'
import { counted } from '../../numbers.ts'
import { TextDisplay } from '../../progress/text-display.ts'
import { requireLogFolder } from './log-folder.ts'

export const logsShip: Command = {
  name: 'logs ship',
  summary: 'copy the log lines of this machine to where those of all machines are',
  options: {
    once: { type: 'boolean', help: 'end when everything that was there at the start is shipped' },
  },
  notes: [
    'To the PostgreSQL database of --database, and to the collector of otlp_logs where one is set. It goes',
    'on where it was, however it ended, and ships no line twice to PostgreSQL. serve and worker do the same',
    'where ship_logs is set. Ctrl-C stops it. --json prints how it went at the end.',
    'Exit codes: 3 when lines were deleted before they were shipped; with --once 1 when another process',
    'ships the folder already, or nobody answers for half a minute.',
  ],
  run: ship,
}

interface Shipped {
  readonly destination: LogDestination
  readonly shipper: LogShipper
}

async function ship(context: CommandContext): Promise<number> {
  const { config, signal, terminal } = context
  await requireLogFolder(config.log_dir)
  const destinations = await destinationsOf(context)
  using display = new TextDisplay(terminal)
  const shipped: Shipped[] = []
  const tellProgress = (): void => {
    const lines = shipped.reduce((sum, { shipper }) => sum + shipper.report.shipped_lines, 0)
    display.show(`${counted(lines, 'line')} shipped …`)
  }
  for (const destination of destinations) {
    const shipper = new LogShipper({
      directory: config.log_dir,
      destination,
      zone: legacyZone(config.time_zone),
      onNews: (news) => {
        tell(context, destination, news)
        tellProgress()
      },
    })
    shipped.push({ destination, shipper })
  }
  const once = flagValue(context, 'once')
  const were_free = await Promise.all(
    shipped.map(async ({ shipper }) => {
      if (once) return await shipper.runOnce(signal)
      await shipper.run(signal)
      return true
    }),
  )
  for (const { destination, shipper } of shipped) tellReport(context, destination, shipper.report)
  if (were_free.includes(false)) return 1
  return shipped.some(({ shipper }) => shipper.report.missed > 0) ? 3 : 0
}

/** Without settings of its own the command means the database: that is what it was called for. */
async function destinationsOf({ config }: CommandContext): Promise<LogDestination[]> {
  const to_database = isPostgres(config.database)
  if (!to_database && (config.ship_logs || config.otlp_logs === null)) {
    throw new MonitorError('config_invalid', 'There is nowhere to ship log lines to.', {
      next_step:
        'Set DATABASE_URL to a postgres:// address, or OTEL_EXPORTER_OTLP_LOGS_ENDPOINT to a collector.',
    })
  }
  if (to_database) await migratePostgres(config.database)
  const from = {
    database: config.database,
    directory: config.log_dir,
    version: version(),
    clock: systemClock,
  }
  return shippingDestinations({ ...config, ship_logs: to_database }, from)
}

function tell({ terminal }: CommandContext, { name }: LogDestination, news: ShippingNews): void {
  if (news.kind === 'missed') terminal.error(missedText(news.missed.stream, news.missed.reason, name))
  if (news.kind === 'standby') {
    terminal.message(
      `Another process ships this folder to ${name} already; this one takes over when that one ends.`,
    )
  }
  if (news.kind === 'waiting') {
    const why = news.error instanceof Error ? ` ${news.error.message}` : ''
    terminal.message(`Cannot ship to ${name} now; the files keep the lines.${why}`)
  }
  if (news.kind === 'upkeep_failed') {
    const why = news.error instanceof Error ? ` ${news.error.message}` : ''
    terminal.message(`Old days have not been dropped from ${name} since yesterday.${why}`)
  }
  if (news.kind === 'back') terminal.message(`Ships to ${name} again.`)
}

function tellReport(
  { terminal, json }: CommandContext,
  { name }: LogDestination,
  report: ShippingReport,
): void {
  if (json) return terminal.json({ destination: name, ...report })
  const { shipped_lines, copies, left_out, skipped } = report
  const parts = [`${counted(shipped_lines, 'line')} shipped to ${name}`]
  if (copies > 0) parts.push(`${counted(copies, 'line')} were there already`)
  if (left_out > 0) parts.push(`${counted(left_out, 'line')} left out as too old, erased or refused`)
  const not_ours = skipsIn(skipped)
  if (not_ours > 0) parts.push(`${counted(not_ours, 'line')} of other programs or forms stay in their files`)
  terminal.message(`${parts.join('; ')}.`)
}
