import type { Series } from '../../../src/api/syncs/series.ts'
import type { SeriesMetric } from '../../../src/store/sync-figures.ts'
import type { ChartLine } from '../charts/chart-lines.ts'

/** A metric of the API as a line of a chart. */
export interface LineForm {
  readonly metric: SeriesMetric
  readonly name: string
  readonly colour?: string
}

/** From the bottom to the top: what is well first, so that trouble stands on it and is seen. */
export const STATUS_LINES: readonly LineForm[] = [
  { metric: 'completed', name: 'Completed', colour: 'fill-completed' },
  { metric: 'in_progress', name: 'Running', colour: 'fill-in_progress' },
  { metric: 'cancelled', name: 'Cancelled', colour: 'fill-cancelled' },
  { metric: 'partial', name: 'Partial', colour: 'fill-partial' },
  { metric: 'timed_out', name: 'Timed out', colour: 'fill-timed_out' },
  { metric: 'lost', name: 'Lost', colour: 'fill-lost' },
  { metric: 'failed', name: 'Failed', colour: 'fill-failed' },
]

export const DURATION_LINES: readonly LineForm[] = [
  { metric: 'duration_p50_seconds', name: 'Half within (p50)' },
  { metric: 'duration_p95_seconds', name: '95 % within (p95)' },
]

export const ITEM_LINES: readonly LineForm[] = [
  { metric: 'courses', name: 'Courses' },
  { metric: 'assignments', name: 'Assignments' },
  { metric: 'submissions', name: 'Submissions' },
  { metric: 'grades', name: 'Grades' },
]

export const REFUSAL_LINES: readonly LineForm[] = [
  { metric: 'rate_limit_hits', name: 'Refused', colour: 'fill-partial' },
]
export const WAIT_LINES: readonly LineForm[] = [
  { metric: 'throttle_wait_seconds', name: 'Waited', colour: 'fill-partial' },
]
export const COST_LINES: readonly LineForm[] = [{ metric: 'request_cost', name: 'Cost' }]

/** Epoch milliseconds. */
export const startsOf = ({ starts }: Pick<Series, 'starts'>): number[] =>
  starts.map((start) => Date.parse(start))

/** The metrics of an answer that were asked for, as lines in the order of their forms. */
export function linesOf(
  { starts, series }: Pick<Series, 'starts' | 'series'>,
  forms: readonly LineForm[],
): ChartLine[] {
  const by_metric = new Map(series.map(({ metric, values }) => [metric, values]))
  return forms.map(({ metric, ...line }) => ({
    ...line,
    values: by_metric.get(metric) ?? starts.map(() => null),
  }))
}

/** Calls that were answered, and on them those that failed. */
export function callLines(series: Pick<Series, 'starts' | 'series'>): ChartLine[] {
  const [calls, failures] = linesOf(series, [
    { metric: 'api_calls', name: 'Answered', colour: 'ink-1' },
    { metric: 'api_failures', name: 'Failed', colour: 'fill-failed' },
  ])
  if (calls === undefined || failures === undefined) return []
  const answered = calls.values.map((count, index) =>
    Math.max(0, (count ?? 0) - (failures.values[index] ?? 0)),
  )
  return [{ ...calls, values: answered }, failures]
}
