import { toWallTime } from '../../../core/local-time.ts'
import { spokenBytes } from '../../../core/number-text.ts'
import type { CleanupReport } from '../../../logs/cleanup/cleanup-report.ts'
import { LogDirectory, type CleanupStatus } from '../../../logs/cleanup/log-directory.ts'
import { nightlySchedule } from '../../../logs/cleanup/nightly-schedule.ts'
import type { Command, CommandContext } from '../../command.ts'
import { counted, grouped } from '../../numbers.ts'
import { printable } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'
import { describeErrors, describeReport } from './cleanup-text.ts'
import { requireLogFolder } from './log-folder.ts'
import { summarizeStreams, type StreamSummary } from './stream-summary.ts'

const BAR_COLUMNS = 10
const SHOWN_CLEANUPS = 5
const SHOWN_ERRORS = 3
/** With bars and limits the table is up to this wide. */
const WIDE_COLUMNS = 105
/** With the time of the oldest line. */
const DATED_COLUMNS = 80

export const logsStatus: Command = {
  name: 'logs status',
  summary: 'the log files, their sizes and the clean-ups',
  options: {},
  notes: [
    'The bar shows how much of its limit a stream takes: at the limit its writers delete the oldest rotated',
    'file. It is that of log_streams; a job may have set its own. Lines are counted where that is quick. Times',
    'are in the zone of TZ.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    await requireLogFolder(config.log_dir)
    const { enabled, ...settings } = config.log_cleanup
    const nightly = enabled ? nightlySchedule({ ...settings, time_zone: config.time_zone }) : undefined
    const [status, streams] = await Promise.all([
      new LogDirectory({ directory: config.log_dir, nightly }).status(),
      summarizeStreams(config.log_dir, config.log_streams),
    ])
    if (json) terminal.json({ log_dir: config.log_dir, ...status, streams })
    else {
      for (const line of [
        ...streamTable(streams, context),
        archiveLine(streams),
        '',
        ...cleanupLines(status, context),
        nextLine(status, context),
      ]) {
        terminal.data(line)
      }
    }
    return 0
  },
}

function streamTable(streams: readonly StreamSummary[], context: CommandContext): string[] {
  const { terminal, config } = context
  const columns = terminal.shows_data ? terminal.data_columns : Infinity
  const wide = columns >= WIDE_COLUMNS
  const rows = streams.map((summary) => [
    summary.stream,
    grouped(summary.files),
    summary.lines === null ? '–' : grouped(summary.lines),
    spokenBytes(summary.bytes),
    ...(wide ? [bar(summary, terminal.unicode)] : []),
    wide ? `${share(summary)} of ${spokenBytes(summary.limit_bytes)}` : share(summary),
    ...(columns >= DATED_COLUMNS ? [momentIn(summary.oldest, config.time_zone)] : []),
    momentIn(summary.newest, config.time_zone),
  ])
  const heads = [
    'stream',
    'files',
    'lines',
    'size',
    ...(wide ? [''] : []),
    wide ? 'of its limit' : 'of limit',
    ...(columns >= DATED_COLUMNS ? ['oldest'] : []),
    'newest',
  ]
  const [head = '', ...lines] = textTable([heads, ...rows], new Set([1, 2, 3]))
  return [terminal.style('bold', head, 'stdout'), ...lines]
}

function bar({ bytes, limit_bytes }: StreamSummary, unicode: boolean): string {
  const [full, free] = unicode ? ['█', '░'] : ['#', '.']
  const tenths = Math.min(BAR_COLUMNS, Math.ceil((bytes / limit_bytes) * BAR_COLUMNS))
  return full.repeat(tenths) + free.repeat(BAR_COLUMNS - tenths)
}

function share({ bytes, limit_bytes }: StreamSummary): string {
  const percent = (bytes / limit_bytes) * 100
  return percent > 0 && percent < 1 ? '< 1 %' : `${Math.round(percent)} %`
}

function archiveLine(streams: readonly StreamSummary[]): string {
  const archives = streams.reduce((total, stream) => total + stream.archives, 0)
  const bytes = streams.reduce((total, stream) => total + stream.archive_bytes, 0)
  return archives === 0 ? 'No archives.' : `${counted(archives, 'archive')}, ${spokenBytes(bytes)}.`
}

function cleanupLines(status: CleanupStatus, { terminal, config }: CommandContext): string[] {
  if (status.history.length === 0) return ['No clean-up has come to its end yet.']
  const lines = [terminal.style('bold', 'Last clean-ups', 'stdout')]
  for (const report of status.history.slice(0, SHOWN_CLEANUPS)) {
    const cause = report.scheduled_for === null ? 'on request' : 'nightly   '
    const ending = endingOf(report)
    lines.push(
      `${momentIn(report.started_at, config.time_zone)}  ${cause}  ${describeReport(report)}${ending}`,
    )
    const errors = describeErrors(report, terminal)
    lines.push(...errors.slice(0, SHOWN_ERRORS).map((error) => `  ${error}`))
    if (errors.length > SHOWN_ERRORS) lines.push(`  and ${grouped(errors.length - SHOWN_ERRORS)} more`)
  }
  return lines
}

function endingOf({ stopped_early, errors }: CleanupReport): string {
  if (stopped_early) return '; stopped before its end'
  return errors.length === 0 ? '' : `; ${counted(errors.length, 'problem')}`
}

function nextLine({ next_cleanup }: CleanupStatus, { config }: CommandContext): string {
  if (next_cleanup === null) return 'The nightly clean-up is switched off in the configuration file.'
  const zone = printable(config.time_zone)
  return `A server that is running cleans up next at ${momentIn(next_cleanup, config.time_zone)} (${zone}).`
}

/** `2026-11-22 10:15` */
function momentIn(time: string | null, zone: string): string {
  if (time === null) return '–'
  const { year, month, day, hour, minute } = toWallTime(Date.parse(time), zone)
  const [mm, dd, h, m] = [month, day, hour, minute].map((part) => String(part).padStart(2, '0'))
  return `${year}-${mm}-${dd} ${h}:${m}`
}
