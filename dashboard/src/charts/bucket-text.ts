import { toWallTime } from '../../../src/core/local-time.ts'
import { nextBucketStart, type TimeBucket } from '../../../src/core/time-buckets.ts'
import { dateText } from '../parts/date-text.ts'

/** Days and months of the API are those of UTC, whatever zone was chosen; they are not written as if they were of it. */
export function zoneOfBuckets(starts: readonly number[], bucket: TimeBucket, zone: string): string {
  if (bucket === 'hour' || bucket === '5m') return zone
  const beginsDay = (start: number): boolean => {
    const { hour, minute } = toWallTime(start, zone)
    return hour === 0 && minute === 0
  }
  return starts.every(beginsDay) ? zone : 'UTC'
}

/** When a bucket begins, as people say it. */
export function bucketText(start_ms: number, bucket: TimeBucket, of_buckets: string, zone: string): string {
  if (bucket === 'hour' || bucket === '5m') return dateText(start_ms, of_buckets, 'minute')
  const day = dateText(start_ms, of_buckets, 'day')
  const { year } = toWallTime(start_ms, of_buckets)
  const words = bucket === 'month' ? `${day.replace(/^\d+ /, '')} ${year}` : day
  return of_buckets === zone ? words : `${words} (${of_buckets})`
}

/** Where each bucket ends: where the next one begins. */
export function bucketEnds(starts: readonly number[], bucket: TimeBucket): number[] {
  return starts.map((start, index) => {
    const next = starts[index + 1]
    if (next !== undefined) return next
    const before = starts[index - 1]
    // Days of another zone than UTC do not begin where `nextBucketStart` looks for them.
    return before === undefined || bucket === 'month'
      ? nextBucketStart(bucket, start)
      : start + (start - before)
  })
}
