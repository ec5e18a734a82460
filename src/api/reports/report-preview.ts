import type { Report } from '../../core/report.ts'
import type { ReportPeriod } from '../../core/report-period.ts'

/** Makes the reports that people get. */
export interface ReportPreview {
  /** Of the last whole period; sent to nobody. */
  preview(period: ReportPeriod): Promise<Report>
  /** Where the links of a report lead; null where it has none. */
  readonly public_url: string | null
}
