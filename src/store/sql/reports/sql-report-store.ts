import type { Report } from '../../../core/report.ts'
import type {
  DueCounts,
  FailureList,
  FailureQuery,
  IncidentCounts,
  KeptReport,
  MessageCounts,
  ReportListQuery,
  ReportSpanQuery,
  ReportStore,
} from '../../reports.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { countDueTimes, countIncidents, countMessages } from '../report-counts.ts'
import { readFailures } from './report-failures.ts'

const REPORTS = 'canvas_sync_reports'
const RECIPIENTS = 'canvas_sync_report_recipients'
const KEPT = ['id', 'period', 'since', 'until', 'made_at', 'verdict', 'headline', 'handed_at'] as const

/** {@link ReportStore} in the SQL that both engines understand. */
export class SqlReportStore implements ReportStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  failures(query: FailureQuery): Promise<FailureList> {
    return this.#database.read((connection) => readFailures(connection, query))
  }

  incidents(span: ReportSpanQuery, limit: number): Promise<IncidentCounts> {
    return this.#database.read((connection) => countIncidents(connection, span, limit))
  }

  dueTimes(span: ReportSpanQuery, limit: number): Promise<DueCounts> {
    return this.#database.read((connection) => countDueTimes(connection, span, limit))
  }

  messages(span: ReportSpanQuery): Promise<MessageCounts> {
    return this.#database.read((connection) => countMessages(connection, span))
  }

  keep(report: Report): Promise<KeptReport> {
    const { period } = report
    const until = Date.parse(report.until)
    return this.#database.write(async ({ query }) => {
      await query
        .insertInto(REPORTS)
        .values({
          period,
          since: Date.parse(report.since),
          until,
          made_at: Date.parse(report.made_at),
          verdict: report.verdict,
          headline: report.headline,
          handed_at: null,
          content: JSON.stringify(report),
        })
        .onConflict((conflict) => conflict.columns(['period', 'until']).doNothing())
        .execute()
      return await query
        .selectFrom(REPORTS)
        .select(KEPT)
        .where('period', '=', period)
        .where('until', '=', until)
        .executeTakeFirstOrThrow()
    })
  }

  markHanded(id: number, handed_at: number): Promise<void> {
    return this.#database.write(async ({ query }) => {
      await query
        .updateTable(REPORTS)
        .set({ handed_at })
        .where('id', '=', id)
        .where('handed_at', 'is', null)
        .execute()
    })
  }

  find(id: number): Promise<Report | null> {
    return this.#database.read(async ({ query }) => {
      const row = await query.selectFrom(REPORTS).select('content').where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : (JSON.parse(row.content) as Report)
    })
  }

  list({ limit, period, after_id = null }: ReportListQuery): Promise<KeptReport[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom(REPORTS)
        .select(KEPT)
        .$if(after_id !== null, (rows) => rows.where('id', '<', after_id ?? 0))
        .$if(period !== undefined, (rows) => rows.where('period', '=', period ?? 'weekly'))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
    )
  }

  recipientCode(digest: string, code: string): Promise<string> {
    return this.#database.write(async ({ query }) => {
      await query
        .insertInto(RECIPIENTS)
        .values({ digest, code, unsubscribed_at: null })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute()
      const row = await query
        .selectFrom(RECIPIENTS)
        .select('code')
        .where('digest', '=', digest)
        .executeTakeFirstOrThrow()
      return row.code
    })
  }

  unsubscribedAt(code: string): Promise<number | null | undefined> {
    return this.#database.read(async ({ query }) => {
      const row = await query
        .selectFrom(RECIPIENTS)
        .select('unsubscribed_at')
        .where('code', '=', code)
        .executeTakeFirst()
      return row?.unsubscribed_at
    })
  }

  unsubscribe(code: string, at: number): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable(RECIPIENTS)
        // The first time counts.
        .set((of) => ({ unsubscribed_at: of.fn.coalesce('unsubscribed_at', of.val(at)) }))
        .where('code', '=', code)
        .executeTakeFirst()
      return Number(numUpdatedRows) > 0
    })
  }

  subscribe(code: string): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable(RECIPIENTS)
        .set({ unsubscribed_at: null })
        .where('code', '=', code)
        .executeTakeFirst()
      return Number(numUpdatedRows) > 0
    })
  }

  async unsubscribed(digests: readonly string[]): Promise<string[]> {
    if (digests.length === 0) return []
    return await this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom(RECIPIENTS)
        .select('digest')
        .where('digest', 'in', digests)
        .where('unsubscribed_at', 'is not', null)
        .execute()
      return rows.map(({ digest }) => digest)
    })
  }

  prune(before: number, limit: number): Promise<number> {
    return this.#database.write(async ({ query }) => {
      const old = query
        .selectFrom(REPORTS)
        .select('id')
        .where('made_at', '<', before)
        .orderBy('id')
        .limit(limit)
      const { numDeletedRows } = await query.deleteFrom(REPORTS).where('id', 'in', old).executeTakeFirst()
      return Number(numDeletedRows)
    })
  }
}
