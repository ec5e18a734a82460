import type { Report, ReportFigures, ReportFreshness, ReportSlowest, ReportStep } from '../core/report.ts'
import { daysOf, spanBefore, type ReportPeriod, type ReportSpan } from '../core/report-period.ts'
import type { Store } from '../store/store.ts'
import { readCapacity } from './capacity.ts'
import { mergeFailures } from './failure-words.ts'
import { judgeReport } from './judge-report.ts'

/** What a report says besides what the store's figures do; each may be left out. */
export type ReportExtras = Pick<Report, 'incidents' | 'schedules' | 'delivery'>

export interface CollectReport {
  readonly store: Pick<Store, 'figures' | 'performance' | 'freshness' | 'system' | 'reports'>
  readonly period: ReportPeriod
  readonly span: ReportSpan
  /** IANA name. */
  readonly time_zone: string
  readonly freshness_target_ms: number
  readonly now: number
  readonly extras?: (span: ReportSpan) => Promise<ReportExtras>
}

const MOST_FAILURES = 8
/** Many have the same cause, and are told as one. */
const MOST_GROUPS = 100
const MOST_STALE = 200
const LISTED_STALE = 5
const MOST_SLOW = 5
const HOUR_MS = 3_600_000

/** Everything that a report of a period says, in some fifty reads whose cost does not grow with the number of syncs. */
export async function collectReport(options: CollectReport): Promise<Report> {
  const { store, period, span, time_zone, now, extras } = options
  const before = spanBefore(period, span, time_zone)
  const groups = await store.reports.failures({ ...span, before: before.since, limit: MOST_GROUPS })
  const failures = mergeFailures(groups.failures)
  const content = {
    period,
    time_zone,
    since: new Date(span.since).toISOString(),
    until: new Date(span.until).toISOString(),
    made_at: new Date(now).toISOString(),
    figures: await figuresOf(store, span),
    before: await figuresOf(store, before),
    steps: await stepsOf(store, period, span, time_zone),
    failures: failures.slice(0, MOST_FAILURES),
    more_failures: groups.more || failures.length > MOST_FAILURES,
    freshness: await freshnessOf(options),
    slowest: await slowestOf(store, span),
    capacity: await readCapacity(store, span),
    ...(extras === undefined ? { incidents: null, schedules: null, delivery: null } : await extras(span)),
  }
  return { ...content, ...judgeReport(content) }
}

type Figures = Pick<Store, 'figures'>

async function figuresOf({ figures }: Figures, span: ReportSpan): Promise<ReportFigures> {
  const totals = await figures.totals(span)
  const { completed, finished, by_status } = totals
  const { seconds } = await figures.durationPercentiles(span, [0.5, 0.95])
  const [p50 = null, p95 = null] = seconds
  const of_completed = await figures.totals({ ...span, status: 'completed', sums: ['duration_seconds'] })
  return {
    syncs: totals.syncs,
    finished,
    completed,
    partial: by_status.partial,
    failed: by_status.failed,
    cancelled: by_status.cancelled,
    lost: by_status.lost,
    timed_out: by_status.timed_out,
    success_rate: finished === 0 ? null : (100 * completed) / finished,
    duration_avg_seconds: completed === 0 ? null : of_completed.duration_seconds / completed,
    duration_p50_seconds: p50,
    duration_p95_seconds: p95,
    courses: totals.courses,
    assignments: totals.assignments,
    submissions: totals.submissions,
    grades: totals.grades,
    items_created: totals.items_created,
    items_updated: totals.items_updated,
    api_calls: totals.api_calls,
    api_failures: totals.api_failures,
    request_cost: totals.request_cost,
    rate_limit_hits: totals.rate_limit_hits,
    throttle_wait_seconds: totals.throttle_wait_seconds,
  }
}

/** Days as the clocks of the zone have them; the hours of a day. */
async function stepsOf(
  { figures }: Figures,
  period: ReportPeriod,
  span: ReportSpan,
  zone: string,
): Promise<ReportStep[]> {
  const borders = period === 'daily' ? hoursOf(span) : daysOf(span, zone)
  const steps: ReportStep[] = []
  for (const [index, since] of borders.slice(0, -1).entries()) {
    const until = borders[index + 1] ?? span.until
    const { completed, failed, by_status } = await figures.totals({ since, until, sums: [] })
    steps.push({ since: new Date(since).toISOString(), completed, partial: by_status.partial, failed })
  }
  return steps
}

/** 23, 24 or 25 of them. */
function hoursOf({ since, until }: ReportSpan): number[] {
  const hours: number[] = []
  for (let at = since; at < until; at += HOUR_MS) hours.push(at)
  return [...hours, until]
}

async function freshnessOf({ store, freshness_target_ms, now }: CollectReport): Promise<ReportFreshness> {
  const page = { final: false, after: null }
  const [{ rows, next }, any] = await Promise.all([
    store.freshness.page({ ...page, complete_before: now - freshness_target_ms, limit: MOST_STALE }),
    store.freshness.page({ ...page, complete_before: Number.MAX_SAFE_INTEGER, limit: 1 }),
  ])
  return {
    target_seconds: freshness_target_ms / 1000,
    known: any.rows.length > 0,
    stale: rows.filter(({ last_complete_at }) => last_complete_at !== null).length,
    never: rows.filter(({ last_complete_at }) => last_complete_at === null).length,
    more: next !== null,
    lists: rows
      .slice(0, LISTED_STALE)
      .map(({ base_url, canvas_user_id, entity, listed_by, last_complete_at }) => ({
        host: hostOf(base_url),
        canvas_user_id,
        entity,
        listed_by,
        last_complete_at: last_complete_at === null ? null : new Date(last_complete_at).toISOString(),
      })),
  }
}

function hostOf(base_url: string): string {
  return URL.canParse(base_url) ? new URL(base_url).host : base_url
}

async function slowestOf(
  { performance }: Pick<Store, 'performance'>,
  span: ReportSpan,
): Promise<ReportSlowest> {
  const { types } = await performance.byType(span)
  const { courses } = await performance.slowestCourses(span, MOST_SLOW)
  return {
    types: types.slice(0, MOST_SLOW).map(({ sync_type, syncs, p50_seconds, p95_seconds }) => ({
      sync_type,
      syncs,
      p50_seconds,
      p95_seconds,
    })),
    courses: courses.map(({ course_id, outcomes, mean_ms }) => ({
      course_id,
      outcomes,
      mean_seconds: mean_ms / 1000,
    })),
  }
}
