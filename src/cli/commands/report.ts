import { deliveryConfig } from '../../config/delivery.ts'
import { MonitorError } from '../../core/errors.ts'
import { lastSpan, REPORT_PERIODS, type ReportPeriod } from '../../core/report-period.ts'
import type { Report } from '../../core/report.ts'
import { parseTime } from '../../core/time-range.ts'
import { freshnessTarget } from '../../config/freshness.ts'
import { collectReport } from '../../reports/collect-report.ts'
import { readExtras } from '../../reports/report-extras.ts'
import { renderReportHtml } from '../../reports/html/render-html.ts'
import { renderReportText } from '../../reports/render-text.ts'
import { viewOf } from '../../reports/report-view.ts'
import { openStore } from '../../store/open-store.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../command.ts'
import { spokenBytes } from '../numbers.ts'
import { writeReportFile } from '../report-file.ts'
import { sendReport } from '../send-report.ts'
import { reportFile, reportFormat, type ReportFormat } from '../report-format.ts'
import { jsonText, printable } from '../terminal.ts'
import { zoneOption } from '../zone-option.ts'

const NO_LINKS = { dashboard: null, unsubscribe: null }

export const report: Command = {
  name: 'report',
  summary: 'how the syncs of the last day, week or month went',
  options: {
    period: { type: 'string', value: 'PERIOD', help: 'daily, weekly or monthly (default weekly)' },
    at: {
      type: 'string',
      value: 'TIME',
      help: 'the last whole period before this time: 2026-11-22, 7d, yesterday (default now)',
    },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'text, html or json (default by the name of the file, or text)',
    },
    html: { type: 'boolean', help: 'the same as --format html' },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'write it to a file: .html, .json or .txt' },
    send: { type: 'boolean', help: 'send it to whom a server sends it, unless it was sent already' },
    'time-zone': { type: 'string', value: 'ZONE', help: 'of days and times: Europe/Berlin (default TZ)' },
  },
  notes: [
    'Weeks begin on Monday. The HTML is the mail that recipients get; it shows the same in a browser.',
    'With --send it goes to REPORT_RECIPIENTS by SMTP_URL and to Slack, once for each period. It exits with 1',
    'when a channel did not take it.',
    'docs/reports.md explains each figure, and how a server sends reports by itself.',
  ],
  async run(context) {
    const { terminal, config } = context
    const file = reportFile(context)
    const format = reportFormat(context, file?.name)
    const period = periodOf(context)
    const time_zone = zoneOption(context)
    const now = Date.now()
    const at = stringValue(context, 'at')
    const moment = at === undefined ? now : momentOf(at, now, time_zone)
    const span = lastSpan(period, moment, time_zone)
    if (flagValue(context, 'send')) {
      refuseForms(context)
      await using store = await openStore(config.database)
      return await sendReport(context, store, { period, span, time_zone })
    }
    await using store = await openStore(config.database)
    const channels = deliveryConfig(config)?.channels.map(({ name }) => name) ?? null
    const made = await collectReport({
      store,
      period,
      span,
      time_zone,
      freshness_target_ms: freshnessTarget(config.freshness_target),
      now,
      extras: (of_span) => readExtras({ store, time_zone, incidents: true, channels, now }, of_span),
    })
    const text = rendered(made, format)
    if (file === null) await terminal.flow(text)
    else {
      writeReportFile(file, text)
      terminal.message(`The report is in ${printable(file.name)} (${spokenBytes(Buffer.byteLength(text))}).`)
    }
    return 0
  },
}

/** What is sent has its form by the channel. */
function refuseForms(context: CommandContext): void {
  const other = ['format', 'output'].find((name) => stringValue(context, name) !== undefined)
  const given = other ?? (flagValue(context, 'html') ? 'html' : undefined)
  if (given === undefined) return
  throw new MonitorError(
    'usage',
    `A report is either sent or written: --send and --${given} do not go together.`,
    {
      next_step: 'Run it once with --send, and once with --format or --output.',
    },
  )
}

function rendered(made: Report, format: ReportFormat): string {
  if (format === 'json') return `${jsonText(made)}\n`
  const view = viewOf(made)
  return format === 'html' ? renderReportHtml(view, NO_LINKS) : renderReportText(view, NO_LINKS)
}

function periodOf(context: CommandContext): ReportPeriod {
  const given = stringValue(context, 'period') ?? 'weekly'
  const period = REPORT_PERIODS.find((known) => known === given)
  if (period !== undefined) return period
  throw new MonitorError('usage', `There is no ${printable(given)} report.`, {
    next_step: `Use --period ${REPORT_PERIODS.join(', ')}.`,
  })
}

function momentOf(text: string, now_ms: number, zone: string): number {
  const moment = parseTime(text, 'since', { now_ms, zone })
  if (moment !== null) return moment
  throw new MonitorError('usage', `--at ${printable(text)} is no time.`, {
    next_step: 'Give a time such as 2026-11-22, 2026-11-22T10:15, 7d or yesterday.',
  })
}
