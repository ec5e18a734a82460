import type { Capacity, SizePoint } from '../../../src/api/performance/capacity.ts'
import { bucketStart, bucketStarts, type TimeBucket } from '../../../src/core/time-buckets.ts'
import type { Measured } from './projection.ts'

export interface SizeSeries {
  readonly bucket: TimeBucket
  readonly starts: readonly number[]
  readonly database: readonly (number | null)[]
  readonly logs: readonly (number | null)[]
  readonly archives: readonly (number | null)[]
}

const DAY_MS = 86_400_000
/** Less than that is shown by the hour. */
const FEW_DAYS = 4

/** The sizes in pieces of time without a gap; null where nothing was measured. */
export function sizeSeries({ sizes }: Capacity): SizeSeries {
  const first = sizes[0]
  const last = sizes.at(-1)
  if (first === undefined || last === undefined) {
    return { bucket: 'day', starts: [], database: [], logs: [], archives: [] }
  }
  const [from, to] = [Date.parse(first.measured_at), Date.parse(last.measured_at)]
  const bucket = to - from < FEW_DAYS * DAY_MS ? 'hour' : 'day'
  const points = new Map(sizes.map((size) => [bucketStart(bucket, Date.parse(size.measured_at)), size]))
  const starts = bucketStarts(bucket, from, to + 1)
  const values = (of: (size: SizePoint) => number | null): (number | null)[] =>
    starts.map((start) => {
      const point = points.get(start)
      return point === undefined ? null : of(point)
    })
  return {
    bucket,
    starts,
    database: values(({ database_bytes }) => database_bytes),
    logs: values(({ log_bytes }) => log_bytes),
    archives: values(({ archive_bytes }) => archive_bytes),
  }
}

/** What was measured of one size. */
export function measured({ sizes }: Capacity, of: (size: SizePoint) => number | null): Measured[] {
  return sizes.flatMap((size) => {
    const value = of(size)
    return value === null ? [] : [{ at_ms: Date.parse(size.measured_at), value }]
  })
}

/** Logs and archives together; null where another server's were measured. */
export const allLogs = ({ log_bytes, archive_bytes }: SizePoint): number | null =>
  log_bytes === null || archive_bytes === null ? null : log_bytes + archive_bytes
