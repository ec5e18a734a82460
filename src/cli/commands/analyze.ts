import { realpathSync } from 'node:fs'
import { analyzeLogs } from '../../analysis/analyze-logs.ts'
import { renderHtml } from '../../analysis/html/render-html.ts'
import type { AnalysisReport } from '../../analysis/report.ts'
import { renderText } from '../../analysis/text/render-text.ts'
import { PLAIN_STYLE, type Style } from '../../analysis/text/style.ts'
import { MonitorError } from '../../core/errors.ts'
import { parseTimeRange } from '../../core/time-range.ts'
import { listSources } from '../../logs/reading/list-sources.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../command.ts'
import { spokenBytes } from '../numbers.ts'
import { analysisProgress } from '../progress/analysis-progress.ts'
import { writeReportFile, type ReportFile } from '../report-file.ts'
import { reportFile, reportFormat, type ReportFormat } from '../report-format.ts'
import { jsonText, printable, type Terminal } from '../terminal.ts'
import { requireLogFolder } from './logs/log-folder.ts'
import { zoneOption } from '../zone-option.ts'

/** Of a text that is written to a file. */
const FILE_COLUMNS = 100
const FEWEST_COLUMNS = 40
const MOST_COLUMNS = 200

export const analyze: Command = {
  name: 'analyze',
  summary: 'what the logs say in numbers',
  options: {
    since: {
      type: 'string',
      value: 'TIME',
      help: 'from this time on: 2026-11-22, 2026-11-22T10:15, 7d, yesterday',
    },
    until: { type: 'string', value: 'TIME', help: 'before this time' },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'write it to a file: .html, .json or .txt' },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'text, json or html (default by the name of the file, or text)',
    },
    html: { type: 'boolean', help: 'the same as --format html' },
    explain: { type: 'boolean', help: 'list what could not be read, and the files that were' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: 'of days, hours and times: Europe/Berlin (default TZ)',
    },
  },
  notes: [
    'Reads live, rotated and compressed files and archives, in the forms of the earlier system too.',
    'docs/analysis.md explains each figure and the JSON.',
  ],
  run: runAnalyze,
}

async function runAnalyze(context: CommandContext): Promise<number> {
  const { terminal, config, signal } = context
  const file = reportFile(context)
  const format = reportFormat(context, file?.name)
  const time_zone = zoneOption(context)
  const range = parseTimeRange(
    { since: stringValue(context, 'since'), until: stringValue(context, 'until') },
    { now_ms: Date.now(), zone: time_zone },
  )
  await checkFolder(config.log_dir, file)
  const progress = analysisProgress(terminal)
  let report: AnalysisReport
  try {
    const { onProgress } = progress
    report = await analyzeLogs({
      directory: config.log_dir,
      ...range,
      time_zone,
      // It logged on this machine, in local time.
      legacy_zone: config.time_zone,
      signal,
      onProgress,
    })
  } catch (error) {
    if (signal.aborted) return 130
    throw error
  } finally {
    progress.end()
  }
  if (signal.aborted) return 130
  const text = rendered(report, format, { context, to_file: file !== null })
  if (file === null) await terminal.flow(text)
  else {
    writeReportFile(file, text)
    const size = spokenBytes(Buffer.byteLength(text))
    terminal.message(`The report is in ${printable(file.name)} (${size}).`)
  }
  return 0
}

/** @throws MonitorError when there is nothing to read, or the report would take the place of a log */
async function checkFolder(directory: string, file: ReportFile | null): Promise<void> {
  await requireLogFolder(directory)
  const sources = await listSources(directory)
  if (sources.length === 0) {
    throw new MonitorError('not_found_locally', `There is no log file in ${printable(directory)}.`, {
      next_step: 'Give the folder of the five log streams with --log-dir or CANVAS_SYNC_LOG_DIR.',
    })
  }
  if (file !== null && sources.some(({ path }) => isSame(path, file.path))) {
    throw new MonitorError('usage', `${file.name} is a log.`, {
      next_step: 'Write the report to another file: it would take its place.',
    })
  }
}

function isSame(path: string, other: string): boolean {
  try {
    return realpathSync(path) === realpathSync(other)
  } catch {
    return false
  }
}

function rendered(
  report: AnalysisReport,
  format: ReportFormat,
  { context, to_file }: { readonly context: CommandContext; readonly to_file: boolean },
): string {
  if (format === 'json') return `${jsonText(report)}\n`
  if (format === 'html') return renderHtml(report)
  const { terminal } = context
  const explain = flagValue(context, 'explain')
  if (to_file) return renderText(report, { width: FILE_COLUMNS, unicode: true, style: PLAIN_STYLE, explain })
  const width = Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, terminal.data_columns))
  return renderText(report, { width, unicode: terminal.unicode, style: terminalStyle(terminal), explain })
}

function terminalStyle(terminal: Terminal): Style {
  const colour =
    (name: Parameters<Terminal['style']>[0]) =>
    (text: string): string =>
      terminal.style(name, text, 'stdout')
  return {
    title: colour('bold'),
    quiet: colour('gray'),
    good: colour('green'),
    warning: colour('yellow'),
    bad: colour('red'),
    chart: colour('cyan'),
  }
}
