import type { DurationSummary, HistogramBar } from './report.ts'

/** Edges of the bars that are shown, milliseconds. */
const EDGES_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000]

interface Durations {
  readonly count: number
  readonly total_ms: number
  readonly min_ms: number
  readonly max_ms: number
  /** The kernel's buckets: see `bucketStart`. */
  readonly histogram: Uint32Array
}

export function durationSummary({ count, total_ms, min_ms, max_ms, histogram }: Durations): DurationSummary {
  const percentile = (share: number): number | null =>
    percentileOf(histogram, count, share, { min_ms, max_ms })
  return {
    count,
    total_ms: rounded(total_ms),
    min_ms: count === 0 ? null : rounded(min_ms),
    mean_ms: count === 0 ? null : rounded(total_ms / count),
    p50_ms: percentile(0.5),
    p95_ms: percentile(0.95),
    p99_ms: percentile(0.99),
    max_ms: count === 0 ? null : rounded(max_ms),
    histogram: count === 0 ? [] : bars(histogram),
  }
}

/**
 * The value of the nearest rank: the smallest that at least `share` of all are not above. Exact below 128 µs, else the
 * middle of a bucket that is 0.8 % wide, so at most 0.4 % off. Null for no values.
 */
export function percentileOf(
  histogram: Uint32Array,
  count: number,
  share: number,
  { min_ms, max_ms }: { readonly min_ms: number; readonly max_ms: number },
): number | null {
  if (count === 0) return null
  const rank = Math.max(1, Math.ceil(count * share))
  let seen = 0
  for (const [bucket, lines] of histogram.entries()) {
    seen += lines
    if (seen < rank) continue
    const middle_us = bucket < 128 ? bucket : (bucketStart(bucket) + bucketStart(bucket + 1)) / 2
    return rounded(Math.min(Math.max(middle_us / 1000, min_ms), max_ms))
  }
  return rounded(max_ms)
}

/** The least microseconds of a bucket: 128 to an octave from 128 µs on. See kernel/assembly/table.ts. */
function bucketStart(bucket: number): number {
  if (bucket < 128) return bucket
  const octave = Math.floor(bucket / 128) + 6
  return (128 + (bucket % 128)) * 2 ** (octave - 7)
}

/** The bars from the first to the last that has something. */
function bars(histogram: Uint32Array): HistogramBar[] {
  const counts = EDGES_MS.map(() => 0)
  for (const [bucket, lines] of histogram.entries()) {
    if (lines === 0) continue
    const start_ms = bucketStart(bucket) / 1000
    const bar = EDGES_MS.findLastIndex((edge) => edge <= start_ms)
    counts[bar] = (counts[bar] ?? 0) + lines
  }
  const all = EDGES_MS.map((from_ms, at) => ({
    from_ms,
    to_ms: EDGES_MS[at + 1] ?? null,
    count: counts[at] ?? 0,
  }))
  const first = all.findIndex(({ count }) => count > 0)
  return all.slice(Math.max(0, first), all.findLastIndex(({ count }) => count > 0) + 1)
}

/** To a microsecond: sums of decimal fractions carry an error far behind it. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
