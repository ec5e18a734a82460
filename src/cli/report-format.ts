import { MonitorError } from '../core/errors.ts'
import { flagValue, stringValue, type CommandContext } from './command.ts'
import { findReportFile, type ReportFile } from './report-file.ts'

const FORMATS = ['text', 'json', 'html'] as const
export type ReportFormat = (typeof FORMATS)[number]

const ENDINGS: Readonly<Record<string, ReportFormat>> = {
  json: 'json',
  html: 'html',
  htm: 'html',
  txt: 'text',
}

/** Where a report goes; null for standard output. */
export function reportFile(context: CommandContext): ReportFile | null {
  const name = stringValue(context, 'output')
  return name === undefined || name === '-' ? null : findReportFile(name)
}

/** What is asked for, or what the name of the file says; it may not say otherwise. */
export function reportFormat(context: CommandContext, file: string | undefined): ReportFormat {
  const asked = new Set<ReportFormat>()
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

function knownFormat(name: string): ReportFormat {
  const format = FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  throw new MonitorError('usage', `There is no format "${name}".`, {
    next_step: `Use --format ${FORMATS.join(', ')}.`,
  })
}
