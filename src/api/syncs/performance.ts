import { z } from 'zod'
import type { DurationPercentiles, SyncSums, SyncTotals } from '../../store/sync-figures.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { average, rounded, windowFor } from './statistics.ts'

/** How long and how much the completed syncs of a window worked; 0 throughout when there were none. */
export interface Performance {
  readonly period_days: number
  readonly sync_count: number
  readonly duration: {
    readonly min_seconds: number
    readonly max_seconds: number
    readonly avg_seconds: number
    readonly total_seconds: number
    readonly p50_seconds: number
    readonly p95_seconds: number
    readonly p99_seconds: number
    /** Else each percentile is within 2.5 %, and the window begins with its hour. */
    readonly percentiles_exact: boolean
  }
  readonly api_calls: { readonly total: number; readonly avg_per_sync: number }
  readonly database: { readonly total_operations: number; readonly avg_per_sync: number }
  readonly items_processed: {
    readonly total_courses: number
    readonly total_assignments: number
    readonly total_submissions: number
  }
}

const count = z.int().min(0)
const quantity = z.number().min(0)

export const performanceSchema: z.ZodType<Performance> = z
  .object({
    period_days: count,
    sync_count: count,
    duration: z.object({
      min_seconds: quantity,
      max_seconds: quantity,
      avg_seconds: quantity,
      total_seconds: quantity,
      p50_seconds: quantity,
      p95_seconds: quantity,
      p99_seconds: quantity,
      percentiles_exact: z.boolean(),
    }),
    api_calls: z.object({ total: count, avg_per_sync: quantity }),
    database: z.object({ total_operations: count, avg_per_sync: quantity }),
    items_processed: z.object({ total_courses: count, total_assignments: count, total_submissions: count }),
  })
  .meta({ title: 'Performance' })

type Sum = 'duration_seconds' | 'courses' | 'assignments' | 'submissions' | 'api_calls' | 'db_operations'
const SUMS: readonly Sum[] = [
  'duration_seconds',
  'courses',
  'assignments',
  'submissions',
  'api_calls',
  'db_operations',
]

/** Those of the sums that are shown. */
type PerformanceTotals = Omit<SyncTotals, Exclude<keyof SyncSums, 'syncs' | Sum>>

const PERCENTILES = [0.5, 0.95, 0.99]

/** Of the users whose data the caller may see. */
export async function getPerformance(
  { days }: { days: number },
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const window = windowFor(caller, clock.now(), days)
  const [totals, percentiles]: [PerformanceTotals, DurationPercentiles] = await Promise.all([
    store.figures.totals({ ...window, status: 'completed', sums: SUMS }),
    store.figures.durationPercentiles(window, PERCENTILES),
  ])
  const [p50, p95, p99] = percentiles.seconds
  const performance: Performance = {
    period_days: days,
    sync_count: totals.syncs,
    duration: {
      min_seconds: rounded(totals.duration_min_seconds ?? 0),
      max_seconds: rounded(totals.duration_max_seconds ?? 0),
      avg_seconds: average(totals.duration_seconds, totals.syncs),
      total_seconds: rounded(totals.duration_seconds),
      p50_seconds: rounded(p50 ?? 0),
      p95_seconds: rounded(p95 ?? 0),
      p99_seconds: rounded(p99 ?? 0),
      percentiles_exact: percentiles.exact,
    },
    api_calls: { total: totals.api_calls, avg_per_sync: average(totals.api_calls, totals.syncs) },
    database: {
      total_operations: totals.db_operations,
      avg_per_sync: average(totals.db_operations, totals.syncs),
    },
    items_processed: {
      total_courses: totals.courses,
      total_assignments: totals.assignments,
      total_submissions: totals.submissions,
    },
  }
  return ok(performance)
}
