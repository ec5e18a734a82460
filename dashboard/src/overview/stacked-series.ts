import type { Series } from '../../../src/api/syncs/series.ts'
import type { SyncStatus } from '../../../src/core/sync-status.ts'

/** From the bottom to the top: what is well first, so that trouble stands on it and is seen. */
export const STACKED: readonly { readonly metric: SyncStatus; readonly words: string }[] = [
  { metric: 'completed', words: 'Completed' },
  { metric: 'in_progress', words: 'Running' },
  { metric: 'cancelled', words: 'Cancelled' },
  { metric: 'partial', words: 'Partial' },
  { metric: 'timed_out', words: 'Timed out' },
  { metric: 'lost', words: 'Lost' },
  { metric: 'failed', words: 'Failed' },
]

export interface StackedBucket {
  /** Epoch milliseconds. */
  readonly start: number
  readonly total: number
  /** In the order of {@link STACKED}. */
  readonly counts: readonly number[]
}

export interface StackedSeries {
  readonly bucket: Series['bucket']
  readonly buckets: readonly StackedBucket[]
  /** Of the fullest bucket. */
  readonly highest: number
}

export function stackSeries({ bucket, starts, series }: Series): StackedSeries {
  const by_metric = new Map<string, readonly (number | null)[]>(
    series.map(({ metric, values }) => [metric, values]),
  )
  const buckets = starts.map((start, index): StackedBucket => {
    const counts = STACKED.map(({ metric }) => by_metric.get(metric)?.[index] ?? 0)
    return { start: Date.parse(start), counts, total: counts.reduce((sum, count) => sum + count, 0) }
  })
  return { bucket, buckets, highest: Math.max(0, ...buckets.map(({ total }) => total)) }
}

/** The least round number that is not below: 1, 2 or 5 times a power of ten. */
export function roundedUp(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10
  return step * power
}
