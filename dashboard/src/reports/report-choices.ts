import type { ReportVerdict } from '../../../src/core/report.ts'
import { REPORT_PERIODS, type ReportPeriod } from '../../../src/core/report-period.ts'
import type { Mark } from '../parts/mark.ts'
import type { ShownReport } from './report-queries.ts'

export interface PeriodChoice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
  readonly period: ReportPeriod
}

export const PERIOD_WORDS: Readonly<Record<ReportPeriod, string>> = {
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
}
const USUAL: ReportPeriod = 'weekly'

export const PERIOD_CHOICES: readonly PeriodChoice[] = REPORT_PERIODS.map((period) => ({
  value: period === USUAL ? '' : period,
  words: PERIOD_WORDS[period],
  period,
}))

export const WIDTH_CHOICES = [
  { value: '', words: '600 px', name: 'wide' },
  { value: 'narrow', words: '320 px', name: 'narrow' },
] as const
export type WidthChoice = (typeof WIDTH_CHOICES)[number]

export const VERDICT_MARKS: Readonly<Record<ReportVerdict, Mark>> = {
  good: { shape: 'check', words: 'All is well', tone: 'good' },
  attention: { shape: 'exclamation', words: 'Worth a look', tone: 'warn' },
  bad: { shape: 'cross', words: 'Needs somebody', tone: 'bad' },
}

export interface ReportChoices {
  readonly shown: ShownReport
  /** Of the preview; undefined while one is shown that was sent. */
  readonly period: PeriodChoice | undefined
  readonly width: WidthChoice
}

/** What an address asks for. */
export function reportChoicesOf(address: URLSearchParams): ReportChoices {
  const id = /^[1-9]\d{0,14}$/.exec(address.get('report') ?? '')?.[0]
  const period = PERIOD_CHOICES.find(({ value }) => value === (address.get('period') ?? ''))
  const shown: ShownReport =
    id === undefined ? { kind: 'preview', period: period?.period ?? USUAL } : { kind: 'sent', id: Number(id) }
  const usual = PERIOD_CHOICES.find((choice) => choice.period === USUAL)
  return {
    shown,
    period: id === undefined ? (period ?? usual) : undefined,
    width: WIDTH_CHOICES.find(({ value }) => value === address.get('width')) ?? WIDTH_CHOICES[0],
  }
}
