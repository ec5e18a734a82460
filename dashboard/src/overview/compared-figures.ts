import type { Summary } from '../../../src/api/syncs/summary.ts'

/** Of a period, and of the one of the same length before it. */
export interface Compared {
  readonly now: number | null
  /** Null where nothing was. */
  readonly before: number | null
}

export interface ComparedFigures {
  readonly syncs: Compared
  /** Per cent of what has ended. */
  readonly success_rate: Compared
  readonly average_duration_s: Compared
  readonly failed: Compared
  readonly api_calls: Compared
}

type Sums = Pick<
  Summary,
  'total_syncs' | 'successful_syncs' | 'failed_syncs' | 'total_duration_seconds' | 'total_api_calls'
> & { readonly finished: number }

/** How many have ended is not told, but follows from their rate. */
function finishedOf({
  success_rate,
  successful_syncs,
  failed_syncs,
  average_duration_seconds,
  total_duration_seconds,
}: Summary): number {
  if (average_duration_seconds > 0) return Math.round(total_duration_seconds / average_duration_seconds)
  if (success_rate > 0) return Math.round((100 * successful_syncs) / success_rate)
  return failed_syncs
}

const sumsOf = (summary: Summary): Sums => ({ ...summary, finished: finishedOf(summary) })

/**
 * The figures of a period beside those of the one before, from the summaries of the period and of one twice as long:
 * both end now, so that what is in the second and not in the first was before.
 */
export function compareFigures(period: Summary, twice: Summary): ComparedFigures {
  const now = sumsOf(period)
  const both = sumsOf(twice)
  const before = (sum: (sums: Sums) => number): number => Math.max(0, sum(both) - sum(now))
  const finished_before = before(({ finished }) => finished)
  const per = (sum: number, count: number): number | null => (count === 0 ? null : sum / count)
  return {
    syncs: { now: now.total_syncs, before: before(({ total_syncs }) => total_syncs) },
    failed: { now: now.failed_syncs, before: before(({ failed_syncs }) => failed_syncs) },
    api_calls: { now: now.total_api_calls, before: before(({ total_api_calls }) => total_api_calls) },
    success_rate: {
      now: now.finished === 0 ? null : period.success_rate,
      before: per(100 * before(({ successful_syncs }) => successful_syncs), finished_before),
    },
    average_duration_s: {
      now: now.finished === 0 ? null : period.average_duration_seconds,
      before: per(
        before(({ total_duration_seconds }) => total_duration_seconds),
        finished_before,
      ),
    },
  }
}
