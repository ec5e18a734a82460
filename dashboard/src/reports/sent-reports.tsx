import { useInfiniteQuery } from '@tanstack/react-query'
import { useId, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { ReportRecord } from '../../../src/api/reports/reports.ts'
import { dateText } from '../parts/date-text.ts'
import { DateTime } from '../parts/date-time.tsx'
import { Failure } from '../parts/failure.tsx'
import { countWords, MoreRows } from '../parts/more-rows.tsx'
import { Waits } from '../parts/panel.tsx'
import { useZone } from '../parts/time-zone.ts'
import { ToneMark } from '../parts/tone-mark.tsx'
import { PERIOD_WORDS, VERDICT_MARKS } from './report-choices.ts'
import { sentReportsQuery } from './report-queries.ts'

interface SentReportsProps {
  /** The address of the page with this report shown. */
  readonly hrefOf: (id: number) => string
  /** The one that is shown; null when it is none of them. */
  readonly shown_id: number | null
}

/** What was sent, the newest first. */
export function SentReports({ hrefOf, shown_id }: SentReportsProps): ReactNode {
  const heading = useId()
  const list = useInfiniteQuery(sentReportsQuery())
  const reports = list.data?.pages.flatMap((page) => page.reports) ?? []
  return (
    <section className="panel" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>Sent</h2>
        <p role="status" className="quiet-text">
          {list.data === undefined ? '' : countWords(reports.length, !list.hasNextPage)}
        </p>
      </header>
      {list.error === null ? null : <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending ? <Waits lines={4} /> : null}
      {list.data !== undefined && reports.length === 0 ? (
        <p className="empty">
          No report was sent yet. They go to <code>REPORT_RECIPIENTS</code> by mail and to Slack; in the
          shell, <code>canvas-sync-monitor report --period weekly --format html</code> writes one.
        </p>
      ) : null}
      {reports.length === 0 ? null : (
        <div className="wide" role="group" aria-label="Sent reports" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Report</th>
                <th scope="col">State</th>
                <th scope="col">It says</th>
                <th scope="col">Sent</th>
              </tr>
            </thead>
            <tbody>
              {reports.map((report) => (
                <SentRow
                  key={report.id}
                  report={report}
                  href={hrefOf(report.id)}
                  is_shown={report.id === shown_id}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.data === undefined ? null : <MoreRows list={list} shown={reports.length} />}
    </section>
  )
}

interface SentRowProps {
  readonly report: ReportRecord
  readonly href: string
  readonly is_shown: boolean
}

function SentRow({ report, href, is_shown }: SentRowProps): ReactNode {
  const { period, verdict, headline, handed_at } = report
  const zone = useZone()
  return (
    <tr>
      <th scope="row" className="nowrap">
        <Link href={href} aria-current={is_shown ? 'true' : undefined}>
          {PERIOD_WORDS[period]}, {spanText(report, zone)}
        </Link>
      </th>
      <td className="nowrap">
        <ToneMark mark={VERDICT_MARKS[verdict]} />
      </td>
      <td className="report-headline">{headline}</td>
      <td className="nowrap">
        {handed_at === null ? <span className="quiet-text">not yet</span> : <DateTime at={handed_at} />}
      </td>
    </tr>
  )
}

const HALF_DAY_MS = 43_200_000

/** `15 Nov to 21 Nov`: its first and last day. */
function spanText({ since, until }: ReportRecord, zone: string): string {
  // Days of the report's own zone: their middles are on the same days in most others.
  const first = dateText(Date.parse(since) + HALF_DAY_MS, zone, 'day')
  const last = dateText(Date.parse(until) - HALF_DAY_MS, zone, 'day')
  return first === last ? first : `${first} to ${last}`
}
