import { z } from 'zod'
import { DEFAULT_FRESHNESS_TARGET_MS } from '../../core/freshness-verdict.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Report, ReportVerdict } from '../../core/report.ts'
import { lastSpan, REPORT_PERIODS, type ReportPeriod } from '../../core/report-period.ts'
import { collectReport } from '../../reports/collect-report.ts'
import { renderReportHtml } from '../../reports/html/render-html.ts'
import { renderReportText } from '../../reports/render-text.ts'
import { viewOf } from '../../reports/report-view.ts'
import type { KeptReport } from '../../store/reports.ts'
import { HTML_MEDIA_TYPE, ok, problem, type Answer, type Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor as cursorParameter, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { limit, wholeNumber } from '../http/parameters.ts'
import type { ApiServices } from '../services.ts'
import { verdictSchema } from './report-schemas.ts'

/** A report that was sent. */
export interface ReportRecord {
  readonly id: number
  readonly period: ReportPeriod
  readonly since: string
  readonly until: string
  readonly made_at: string
  /** When its messages were given to the outbox; null before. */
  readonly handed_at: string | null
  readonly verdict: ReportVerdict
  readonly headline: string
}

export interface ReportList {
  readonly count: number
  readonly reports: readonly ReportRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

const time = z.iso.datetime()
export const reportListSchema: z.ZodType<ReportList> = z
  .object({
    count: z.int().min(0),
    reports: z.array(
      z
        .object({
          id: z.int().min(1),
          period: z.enum(REPORT_PERIODS),
          since: time,
          until: time,
          made_at: time,
          handed_at: time.nullable(),
          verdict: verdictSchema,
          headline: z.string(),
        } satisfies Members<ReportRecord>)
        .meta({ title: 'ReportRecord' }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'ReportList' })

const FORMATS = ['json', 'html', 'text'] as const
type Format = (typeof FORMATS)[number]

const oneOf = (values: readonly string[]): { error: string } => ({ error: `one of ${values.join(', ')}` })
const period = z.enum(REPORT_PERIODS, oneOf(REPORT_PERIODS))
const format = z
  .enum(FORMATS, oneOf(FORMATS))
  .default('json')
  .meta({ description: 'Data, the mail, or the mail as text' })

interface ReportListInput {
  readonly period: ReportPeriod | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

export const REPORT_LIST_PARAMETERS: Members<ReportListInput> = {
  period: period.optional().meta({ description: 'Only these' }),
  limit: limit(50, 200).meta({ description: 'At most so many reports' }),
  cursor: cursorParameter,
}

export async function getReports(
  { limit, cursor, ...filters }: ReportListInput,
  { store }: ApiServices,
): Promise<Answer> {
  const read = readCursor(cursor, filters, z.int().min(0))
  if ('refused' in read) return read.refused
  const kept = await store.reports.list({ ...filters, limit: limit + 1, after_id: read.place })
  const page = kept.slice(0, limit)
  const last = kept.length > limit ? page.at(-1) : undefined
  const next_cursor = last === undefined ? null : writeCursor(filters, last.id)
  const body: ReportList = { count: page.length, reports: page.map(recordOf), next_cursor }
  return { ...ok(body), headers: pageLinks(`${BASE}/reports`, { ...filters, limit }, next_cursor) }
}

function recordOf({ since, until, made_at, handed_at, ...rest }: KeptReport): ReportRecord {
  return {
    ...rest,
    since: isoTime(since),
    until: isoTime(until),
    made_at: isoTime(made_at),
    handed_at: handed_at === null ? null : isoTime(handed_at),
  }
}

interface PreviewInput {
  readonly period: ReportPeriod
  readonly format: Format
}

export const PREVIEW_PARAMETERS: Members<PreviewInput> = {
  period: period.default('weekly').meta({ description: 'The last whole day, week or month' }),
  format,
}

export async function previewReport(input: PreviewInput, services: ApiServices): Promise<Answer> {
  const { reports } = services
  const made = await (reports?.preview(input.period) ?? plainReport(input.period, services))
  return shown(made, input.format, reports?.public_url ?? null)
}

/** Where a host application has only the API: what the store's figures say. */
function plainReport(
  period: ReportPeriod,
  { store, clock, log_reading, freshness_target_ms = DEFAULT_FRESHNESS_TARGET_MS }: ApiServices,
): Promise<Report> {
  const now = clock.now()
  const time_zone = log_reading.zone
  const span = lastSpan(period, now, time_zone)
  return collectReport({ store, period, span, time_zone, freshness_target_ms, now })
}

interface ReportInput {
  readonly report_id: number
  readonly format: Format
}

export const REPORT_PARAMETERS: Members<ReportInput> = {
  report_id: wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({ description: 'The id of the report' }),
  format,
}

export async function getReport(
  { report_id, format }: ReportInput,
  { store, reports }: ApiServices,
): Promise<Answer> {
  const kept = await store.reports.find(report_id)
  if (kept === null) return problem(404, 'There is no report with this id, or none any more.')
  return shown(kept, format, reports?.public_url ?? null)
}

/** Its styles stand in it, as in a mail; nothing in it may run or load. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
const encoder = new TextEncoder()

function shown(report: Report, format: Format, dashboard: string | null): Answer {
  if (format === 'json') return ok(report)
  const view = viewOf(report)
  const links = { dashboard, unsubscribe: null }
  if (format === 'text') {
    const body = encoder.encode(renderReportText(view, links))
    return { status: 200, body, media_type: 'text/plain; charset=utf-8' }
  }
  const headers = { 'content-security-policy': MAIL_POLICY }
  const body = encoder.encode(renderReportHtml(view, links))
  return { status: 200, body, media_type: HTML_MEDIA_TYPE, headers }
}
