import type { SummaryFigures } from '../../../src/api/syncs/summary.ts'

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
  readonly api_failures: Compared
}

type Sum =
  | 'total_syncs'
  | 'finished_syncs'
  | 'successful_syncs'
  | 'failed_syncs'
  | 'total_duration_seconds'
  | 'total_api_calls'
  | 'total_api_failures'

/**
 * The figures of a period beside those of the one before, from the summaries of the period and of one twice as long:
 * both end now, so that what is in the second and not in the first was before.
 */
export function compareFigures(period: SummaryFigures, twice: SummaryFigures): ComparedFigures {
  const before = (sum: Sum): number => Math.max(0, twice[sum] - period[sum])
  const both = (sum: Sum): Compared => ({ now: period[sum], before: before(sum) })
  const finished_before = before('finished_syncs')
  const mean_before = (sum: Sum): number | null =>
    finished_before === 0 ? null : before(sum) / finished_before
  const finished = period.finished_syncs > 0
  const share_before = mean_before('successful_syncs')
  return {
    syncs: both('total_syncs'),
    failed: both('failed_syncs'),
    api_calls: both('total_api_calls'),
    api_failures: both('total_api_failures'),
    success_rate: {
      now: finished ? period.success_rate : null,
      before: share_before === null ? null : 100 * share_before,
    },
    average_duration_s: {
      now: finished ? period.average_duration_seconds : null,
      before: mean_before('total_duration_seconds'),
    },
  }
}
