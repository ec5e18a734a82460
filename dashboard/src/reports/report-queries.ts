import type { ReportList } from '../../../src/api/reports/reports.ts'
import type { ReportPeriod } from '../../../src/core/report-period.ts'
import type { Report } from '../../../src/core/report.ts'
import { addressOf } from '../data/api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from '../data/asked.ts'

/** Reports on one page of the list. */
const PAGE = 20

const once = { follows_syncs: false }

/** What is shown: the report that would be sent now, or one that was. */
export type ShownReport =
  { readonly kind: 'preview'; readonly period: ReportPeriod } | { readonly kind: 'sent'; readonly id: number }

const pathOf = (shown: ShownReport): string =>
  shown.kind === 'preview' ? '/reports/preview' : `/reports/${shown.id}`
const periodOf = (shown: ShownReport): { readonly period?: ReportPeriod } =>
  shown.kind === 'preview' ? { period: shown.period } : {}

export const reportQuery = (shown: ShownReport): Asking<Report> =>
  asked('report', pathOf(shown), periodOf(shown), once)
export const sentReportsQuery = (): AskingPages<ReportList> =>
  askedPages('reports', '/reports', { limit: PAGE }, once)

/** Where the same report is as a mail, or as text. */
export const reportAddress = (shown: ShownReport, format: 'html' | 'text'): string =>
  addressOf(pathOf(shown), { ...periodOf(shown), format })
