import { z } from 'zod'
import type { Store } from '../../store/store.ts'
import type { FiguresWindow, SyncSums, SyncTotals } from '../../store/sync-figures.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { average, rounded, successRate, windowFor } from './statistics.ts'

/** The figures of a window. Averages and the success rate are over finished syncs; every field is always there. */
export interface SummaryFigures {
  readonly period_days: number
  readonly total_syncs: number
  /** What the rate and the averages are over: those that have ended. */
  readonly finished_syncs: number
  readonly successful_syncs: number
  /** `failed`, `lost` and `timed_out`. */
  readonly failed_syncs: number
  /** Per cent, 0 to 100. */
  readonly success_rate: number
  readonly total_duration_seconds: number
  readonly average_duration_seconds: number
  readonly total_courses_processed: number
  readonly total_assignments_processed: number
  readonly total_api_calls: number
  readonly total_api_failures: number
  /** The newest error message of the window. */
  readonly recent_error: string | null
}

/** The figures of all users. */
export interface Summary extends SummaryFigures {
  readonly average_api_call_duration_ms: number
  readonly unique_users: number
}

const count = z.int().min(0)
const quantity = z.number().min(0)

export const summaryFigures: Members<SummaryFigures> = {
  period_days: count,
  total_syncs: count,
  finished_syncs: count,
  successful_syncs: count,
  failed_syncs: count,
  success_rate: z.number().min(0).max(100),
  total_duration_seconds: quantity,
  average_duration_seconds: quantity,
  total_courses_processed: count,
  total_assignments_processed: count,
  total_api_calls: count,
  total_api_failures: count,
  recent_error: z.string().nullable(),
}

export const summarySchema: z.ZodType<Summary> = z
  .object({ ...summaryFigures, average_api_call_duration_ms: quantity, unique_users: count })
  .meta({ title: 'Summary' })

/** Of the users whose data the caller may see. */
export async function getSummary(
  { days }: { days: number },
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const window = windowFor(caller, clock.now(), days)
  const [{ figures, totals }, users] = await Promise.all([
    summarise(store, days, window),
    store.figures.countUsers(window),
  ])
  const summary: Summary = {
    ...figures,
    average_api_call_duration_ms: average(totals.api_duration_ms, totals.api_calls),
    unique_users: users,
  }
  return ok(summary)
}

type Sum = 'duration_seconds' | 'courses' | 'assignments' | 'api_calls' | 'api_failures' | 'api_duration_ms'
const SUMS: readonly Sum[] = [
  'duration_seconds',
  'courses',
  'assignments',
  'api_calls',
  'api_failures',
  'api_duration_ms',
]

/** Those of the sums that a summary is made of. */
type SummaryTotals = Omit<SyncTotals, Exclude<keyof SyncSums, 'syncs' | Sum>>

/** The figures of the syncs of a window, and the sums they were made of. */
export async function summarise(
  store: Pick<Store, 'figures'>,
  days: number,
  window: FiguresWindow,
): Promise<{ figures: SummaryFigures; totals: SummaryTotals }> {
  const [totals, recent_error]: [SummaryTotals, string | null] = await Promise.all([
    store.figures.totals({ ...window, sums: SUMS }),
    store.figures.recentError(window),
  ])
  const figures: SummaryFigures = {
    period_days: days,
    total_syncs: totals.syncs,
    finished_syncs: totals.finished,
    successful_syncs: totals.completed,
    failed_syncs: totals.failed,
    success_rate: successRate(totals),
    total_duration_seconds: rounded(totals.duration_seconds),
    average_duration_seconds: average(totals.duration_seconds, totals.finished),
    total_courses_processed: totals.courses,
    total_assignments_processed: totals.assignments,
    total_api_calls: totals.api_calls,
    total_api_failures: totals.api_failures,
    recent_error,
  }
  return { figures, totals }
}
