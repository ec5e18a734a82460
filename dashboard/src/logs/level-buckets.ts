import type { LogHistogram } from '../../../src/api/logs/log-histogram.ts'
import { LOG_LEVELS } from '../../../src/core/log-event.ts'

/** A piece of the time, and how many lines of each level were in it. */
export interface LevelBucket {
  readonly start_ms: number
  /** In the order of {@link LOG_LEVELS}. */
  readonly counts: readonly number[]
  readonly total: number
}

export function bucketsOf({ starts, counts }: LogHistogram): LevelBucket[] {
  return starts.map((start, at) => {
    const here = LOG_LEVELS.map((level) => counts[level][at] ?? 0)
    return { start_ms: Date.parse(start), counts: here, total: here.reduce((sum, count) => sum + count, 0) }
  })
}

/** Never 0, so that it can be divided by. */
export const highestOf = (buckets: readonly LevelBucket[]): number =>
  Math.max(1, ...buckets.map(({ total }) => total))

/** The time of the pieces from one to another, whichever is earlier, within that of the histogram; ISO 8601. */
export function selectedRange(
  { starts, bucket_ms, since, until }: LogHistogram,
  one: number,
  other: number,
): [since: string, until: string] {
  const start_ms = (at: number): number => Date.parse(starts[at] ?? since)
  const from_ms = Math.max(start_ms(Math.min(one, other)), Date.parse(since))
  const to_ms = Math.min(start_ms(Math.max(one, other)) + bucket_ms, Date.parse(until))
  return [new Date(from_ms).toISOString(), new Date(Math.max(to_ms, from_ms + 1)).toISOString()]
}
