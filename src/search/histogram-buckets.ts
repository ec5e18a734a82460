const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** More than all dates together. */
const WIDEST_MS = 2e16

/** Widths that people count in. */
const WIDTHS_MS: readonly number[] = [
  1,
  10,
  100,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY_MS),
]

/** Pieces of time of one width, which begin at whole multiples of it in UTC and hold all of a range. */
export interface Buckets {
  readonly bucket_ms: number
  readonly first_ms: number
  readonly count: number
}

/** The narrowest ones of which there are at most so many. */
export function bucketsFor(since_ms: number, until_ms: number, most: number): Buckets {
  const exact_ms = Math.max(1, (until_ms - since_ms) / most)
  for (const bucket_ms of WIDTHS_MS) {
    if (bucket_ms < exact_ms) continue
    const buckets = bucketsOf(bucket_ms, since_ms, until_ms)
    if (buckets.count <= most) return buckets
  }
  let buckets: Buckets
  let bucket_ms = 28 * DAY_MS
  do {
    bucket_ms *= 2
    buckets = bucketsOf(bucket_ms, since_ms, until_ms)
  } while (buckets.count > most && bucket_ms < WIDEST_MS)
  return buckets
}

function bucketsOf(bucket_ms: number, since_ms: number, until_ms: number): Buckets {
  const first_ms = Math.floor(since_ms / bucket_ms) * bucket_ms
  return { bucket_ms, first_ms, count: Math.max(1, Math.ceil((until_ms - first_ms) / bucket_ms)) }
}
