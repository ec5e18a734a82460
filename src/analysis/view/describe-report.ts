import { counted, grouped, spokenBytes } from '../../core/number-text.ts'
import type { AnalysisReport } from '../report.ts'
import { duration, moment } from './amounts.ts'
import { apiCallsSection } from './api-calls.ts'
import { errorsSection } from './errors.ts'
import { headlineFigures, judge } from './headline.ts'
import { skippedSection, sourcesSection } from './origin.ts'
import { databaseSection, operationsSection, progressSection } from './streams.ts'
import { trendsSection } from './trends.ts'
import type { ReportView } from './view.ts'

export interface DescribeOptions {
  /** With what could not be read and the files that were read, one by one. */
  readonly explain: boolean
}

/** The report in words and figures for people, in the order in which they are asked for. */
export function describeReport(report: AnalysisReport, { explain }: DescribeOptions): ReportView {
  return {
    title: 'Canvas sync report',
    period: periodOf(report),
    ...judge(report),
    figures: headlineFigures(report),
    sections: [
      trendsSection(report),
      operationsSection(report),
      apiCallsSection(report),
      databaseSection(report),
      errorsSection(report),
      progressSection(report),
      skippedSection(report, explain),
      ...(explain ? [sourcesSection(report)] : []),
    ],
    origin: originOf(report),
  }
}

function periodOf({ range }: AnalysisReport): string {
  const { since, until, first, last, time_zone } = range
  if (first !== null && last !== null) {
    return `${moment(first, time_zone)} to ${moment(last, time_zone)} (${time_zone})`
  }
  if (since === null && until === null) return `at any time (${time_zone})`
  const from = since === null ? '' : `from ${moment(since, time_zone)} `
  const to = until === null ? '' : `until ${moment(until, time_zone)} `
  return `${from}${to}(${time_zone})`
}

function originOf({ generated_at, duration_ms, sources, range }: AnalysisReport): string {
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0)
  const lines = sources.reduce((sum, source) => sum + source.lines, 0)
  const read = `${grouped(lines)} lines, ${spokenBytes(bytes)} in ${counted(sources.length, 'file')}`
  return `Made ${moment(generated_at, range.time_zone)} in ${duration(duration_ms)} from ${read}.`
}
