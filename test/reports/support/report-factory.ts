import type { Report, ReportFigures } from '../../../src/core/report.ts'
import { judgeReport } from '../../../src/reports/judge-report.ts'

export const NO_FIGURES: ReportFigures = {
  syncs: 0,
  finished: 0,
  completed: 0,
  partial: 0,
  failed: 0,
  cancelled: 0,
  lost: 0,
  timed_out: 0,
  success_rate: null,
  duration_avg_seconds: null,
  duration_p50_seconds: null,
  duration_p95_seconds: null,
  courses: 0,
  assignments: 0,
  submissions: 0,
  grades: 0,
  items_created: 0,
  items_updated: 0,
  api_calls: 0,
  api_failures: 0,
  request_cost: 0,
  rate_limit_hits: 0,
  throttle_wait_seconds: 0,
}

/** Syncs that all completed, but for so many of each other status. */
export function figures(syncs: number, wrong: Partial<ReportFigures> = {}): ReportFigures {
  const { partial = 0, failed = 0, cancelled = 0, lost = 0, timed_out = 0 } = wrong
  const completed = syncs - partial - failed - cancelled - lost - timed_out
  return {
    ...NO_FIGURES,
    syncs,
    finished: syncs,
    completed,
    success_rate: syncs === 0 ? null : (100 * completed) / syncs,
    duration_avg_seconds: 42,
    duration_p50_seconds: 40,
    duration_p95_seconds: 100,
    submissions: 1000 * syncs,
    api_calls: 20 * syncs,
    request_cost: 30 * syncs,
    ...wrong,
  }
}

/** A week in which all was well, but for what is given. */
export function report(given: Partial<Report> = {}): Report {
  const content = {
    period: 'weekly' as const,
    time_zone: 'Europe/Zurich',
    since: '2026-11-15T23:00:00.000Z',
    until: '2026-11-22T23:00:00.000Z',
    made_at: '2026-11-23T08:00:00.000Z',
    figures: figures(700),
    before: figures(690, { failed: 3 }),
    steps: Array.from({ length: 7 }, (_, day) => ({
      since: new Date(Date.parse('2026-11-15T23:00:00.000Z') + day * 86_400_000).toISOString(),
      completed: 100,
      partial: 0,
      failed: 0,
    })),
    failures: [],
    more_failures: false,
    freshness: { target_seconds: 86_400, known: true, stale: 0, never: 0, more: false, lists: [] },
    slowest: { types: [], courses: [] },
    capacity: {
      database_bytes: 8e6,
      log_bytes: 3e6,
      archive_bytes: 1e6,
      growth_bytes: 1e6,
      in_90_days_bytes: 25e6,
    },
    incidents: { opened: 0, resolved: 0, open: 0, listed: [] },
    schedules: { expected: 70, missed: 0, late: 0, unknown: 0, listed: [] },
    delivery: { sent: 4, failed: 0, failing_channels: [] },
    ...given,
  }
  return { ...content, ...judgeReport(content) }
}
