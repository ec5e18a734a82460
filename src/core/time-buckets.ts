/** The pieces of time over which figures are added up, all in UTC; a month is one of the calendar. */
export const TIME_BUCKETS = ['5m', 'hour', 'day', 'month'] as const
export type TimeBucket = (typeof TIME_BUCKETS)[number]

const WIDTHS_MS = { '5m': 300_000, hour: 3_600_000, day: 86_400_000 } as const

/** Dates reach to 8.64e15; beyond this everything is the same, long before or after all syncs. */
const FARTHEST_MS = 8e15

/** A time that dates can hold, whatever was given. */
export function boundedTime(at_ms: number): number {
  return Math.min(Math.max(Math.ceil(at_ms), -FARTHEST_MS), FARTHEST_MS)
}

/** The start of the bucket that holds this time, epoch milliseconds. */
export function bucketStart(bucket: TimeBucket, at_ms: number): number {
  const at = boundedTime(at_ms)
  if (bucket === 'month') {
    const date = new Date(at)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
  }
  const width_ms = WIDTHS_MS[bucket]
  return Math.floor(at / width_ms) * width_ms
}

/** The start of the bucket after the one that holds this time. */
export function nextBucketStart(bucket: TimeBucket, at_ms: number): number {
  const start = bucketStart(bucket, at_ms)
  if (bucket !== 'month') return start + WIDTHS_MS[bucket]
  const date = new Date(start)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

/** The first start of a bucket that is not before this time. */
export function bucketStartFrom(bucket: TimeBucket, at_ms: number): number {
  const start = bucketStart(bucket, at_ms)
  return start < boundedTime(at_ms) ? nextBucketStart(bucket, at_ms) : start
}

/** The starts of the buckets from the one that holds `since_ms` to the one that ends at or after `until_ms`. */
export function bucketStarts(bucket: TimeBucket, since_ms: number, until_ms: number): number[] {
  const starts: number[] = []
  // Beyond dates no bucket follows another.
  const until = Math.min(until_ms, FARTHEST_MS)
  for (let at = bucketStart(bucket, since_ms); at < until; at = nextBucketStart(bucket, at)) starts.push(at)
  return starts
}

/** About how many buckets lie between two times: a month is 28 days or more. */
export function mostBuckets(bucket: TimeBucket, since_ms: number, until_ms: number): number {
  const width_ms = bucket === 'month' ? 28 * WIDTHS_MS.day : WIDTHS_MS[bucket]
  return Math.max(0, Math.ceil((until_ms - since_ms) / width_ms)) + 1
}

/** A stretch of a window that is read from one tier of the sums. */
export interface WindowPart<Tier extends TimeBucket> {
  readonly tier: Tier | 'rows'
  readonly from: number
  readonly to: number
}

/**
 * Splits a window: single rows up to the start of the smallest bucket, then always the next larger ones, the last without
 * an end; of a window that has an end, back again to single rows. `tiers` from small to large; a part may be empty.
 */
export function windowParts<Tier extends TimeBucket>(
  since_ms: number,
  tiers: readonly Tier[],
  until_ms?: number,
): WindowPart<Tier>[] {
  const since = boundedTime(since_ms)
  if (until_ms !== undefined) return partsBetween(since, boundedTime(until_ms), tiers)
  const parts: WindowPart<Tier>[] = []
  let from = since
  let reading: Tier | 'rows' = 'rows'
  for (const tier of tiers) {
    const to = bucketStartFrom(tier, from)
    parts.push({ tier: reading, from, to })
    from = to
    reading = tier
  }
  parts.push({ tier: reading, from, to: Number.MAX_SAFE_INTEGER })
  return parts
}

/** Whole buckets of the largest tier in the middle, and what is left on both sides from the smaller ones. */
function partsBetween<Tier extends TimeBucket>(
  from: number,
  to: number,
  tiers: readonly Tier[],
): WindowPart<Tier>[] {
  if (from >= to) return []
  const tier = tiers.at(-1)
  if (tier === undefined) return [{ tier: 'rows', from, to }]
  const smaller = tiers.slice(0, -1)
  const first = bucketStartFrom(tier, from)
  const end = bucketStart(tier, to)
  if (first >= end) return partsBetween(from, to, smaller)
  return [
    ...partsBetween(from, first, smaller),
    { tier, from: first, to: end },
    ...partsBetween(end, to, smaller),
  ]
}
