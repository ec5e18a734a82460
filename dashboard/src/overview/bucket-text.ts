import type { Series } from '../../../src/api/syncs/series.ts'

const day = new Intl.DateTimeFormat('en', { timeZone: 'UTC', day: 'numeric', month: 'short' })
const hour = new Intl.DateTimeFormat('en', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** When a bucket begins; buckets are of UTC. */
export function bucketText(start_ms: number, bucket: Series['bucket']): string {
  return bucket === 'day' || bucket === 'month' ? day.format(start_ms) : `${hour.format(start_ms)} UTC`
}
