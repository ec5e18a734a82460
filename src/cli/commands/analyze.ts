import { realpathSync } from 'node:fs'
import { analyzeLogs } from '../../analysis/analyze-logs.ts'
import { renderHtml } from '../../analysis/html/render-html.ts'
import type { AnalysisReport } from '../../analysis/report.ts'
import { renderText } from '../../analysis/text/render-text.ts'
import { PLAIN_STYLE, type Style } from '../../analysis/text/style.ts'
import { MonitorError } from '../../core/errors.ts'
import { isZone } from '../../core/local-time.ts'
import { parseTimeRange } from '../../core/time-range.ts'
import { listSources } from '../../logs/reading/list-sources.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../command.ts'
import { spokenBytes } from '../numbers.ts'
import { analysisProgress } from '../progress/analysis-progress.ts'
import { findReportFile, writeReportFile, type ReportFile } from '../report-file.ts'
import { jsonText, printable, type Terminal } from '../terminal.ts'
import { requireLogFolder } from './logs/log-folder.ts'

const FORMATS = ['text', 'json', 'html'] as const
type Format = (typeof FORMATS)[number]

const ENDINGS: Readonly<Record<string, Format>> = { json: 'json', html: 'html', htm: 'html', txt: 'text' }
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
  const file = outputFile(context)
  const format = formatOf(context, file?.name)
  const time_zone = zoneOf(context)
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

function outputFile(context: CommandContext): ReportFile | null {
  const name = stringValue(context, 'output')
  return name === undefined || name === '-' ? null : findReportFile(name)
}

/** What is asked for, or what the name of the file says; it may not say otherwise. */
function formatOf(context: CommandContext, file: string | undefined): Format {
  const asked = new Set<Format>()
  if (context.json) asked.add('json')
  if (flagValue(context, 'html')) asked.add('html')
  const named = stringValue(context, 'format')
  if (named !== undefined) asked.add(knownFormat(named))
  const [format, other] = asked
  if (other !== undefined) {
    throw new MonitorError('usage', `A report is either ${format} or ${other}.`, {
      next_step: 'Ask for one format, and run it again for the other.',
    })
  }
  const ending = /\.([a-z]+)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? ''
  const by_name = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  if (format !== undefined && by_name !== undefined && format !== by_name) {
    throw new MonitorError('usage', `${file} would not hold ${by_name} but ${format}.`, {
      next_step: `Leave out the format, or give the file a name that ends in .${format === 'text' ? 'txt' : format}.`,
    })
  }
  return format ?? by_name ?? 'text'
}

function knownFormat(name: string): Format {
  const format = FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  throw new MonitorError('usage', `There is no format "${name}".`, {
    next_step: `Use --format ${FORMATS.join(', ')}.`,
  })
}

function zoneOf(context: CommandContext): string {
  const zone = stringValue(context, 'time-zone')
  if (zone === undefined) return context.config.time_zone
  if (isZone(zone)) return zone
  throw new MonitorError('usage', `There is no time zone "${zone}".`, {
    next_step: 'Use an IANA name such as Europe/Berlin, America/Denver or UTC.',
  })
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
  format: Format,
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
