import type { Clock } from '../core/clock.ts'
import { lastSpan, type ReportPeriod, type ReportSpan } from '../core/report-period.ts'
import type { Report } from '../core/report.ts'
import type { ComposeReport, ReportReader } from '../delivery/compose-report.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { collectReport } from '../reports/collect-report.ts'
import { readExtras } from '../reports/report-extras.ts'
import { ReportPost } from '../reports/report-post.ts'
import { ReportWatch } from '../reports/report-watch.ts'
import type { ReportSettings } from '../config/reports.ts'
import type { Store } from '../store/store.ts'

export interface ServerReportsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Null: nobody gets any. */
  readonly settings: ReportSettings | null
  /** IANA name. */
  readonly time_zone: string
  readonly freshness_target_ms: number
  readonly public_url: string | null
  /** Whether anybody looks for incidents. */
  readonly incidents: boolean
  /** The channels that messages go to; null where nobody is told anything. */
  readonly channels: readonly string[] | null
}

/** The reports of one installation: how they are made, and who gets them. */
export interface ServerReports {
  readonly public_url: string | null
  readonly readers: readonly ReportReader[]
  readonly compose: ComposeReport
  collect(period: ReportPeriod, span: ReportSpan): Promise<Report>
  /** Of the last whole period; not kept, and sent to nobody. */
  preview(period: ReportPeriod): Promise<Report>
  /** Sends each when it is due, until it is stopped. */
  watch(delivery: Pick<Delivery, 'addReport'>, onError: (error: unknown) => void): ReportWatch | null
}

export function openReports(options: ServerReportsOptions): ServerReports {
  const { store, clock, settings, time_zone, freshness_target_ms, public_url, ...told } = options
  const post = new ReportPost({ reports: store.reports, addresses: settings?.addresses ?? [], public_url })
  const collect = (period: ReportPeriod, span: ReportSpan): Promise<Report> => {
    const now = clock.now()
    const extras = { store, time_zone, now, ...told }
    return collectReport({
      store,
      period,
      span,
      time_zone,
      freshness_target_ms,
      now,
      extras: (of_span) => readExtras(extras, of_span),
    })
  }
  return {
    public_url,
    readers: post.readers,
    compose: post.compose,
    collect,
    preview: (period) => collect(period, lastSpan(period, clock.now(), time_zone)),
    watch: (delivery, onError) =>
      settings === null
        ? null
        : new ReportWatch({
            store,
            times: settings.times,
            time_zone,
            clock,
            collect,
            hand: async (id) => {
              await delivery.addReport(id, post.readers)
            },
            onError,
          }),
  }
}
