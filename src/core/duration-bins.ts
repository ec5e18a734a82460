/** Below this all durations are one bin, microseconds. */
const SMALLEST_US = 1000
/** As the view `canvas_sync_figure_rows` limits them. */
const LARGEST_US = 10_000_000_000_000

/**
 * Where each bin of durations begins, microseconds: 0, 1 ms, and always a twentieth more, in whole numbers. The
 * migration `0003-sync-figures` fills `canvas_sync_duration_bins` in the same way; a test compares the two.
 */
export const DURATION_BINS_US: readonly number[] = makeBins()

function makeBins(): number[] {
  const bins = [0]
  let from_us = SMALLEST_US
  for (;;) {
    bins.push(from_us)
    if (from_us >= LARGEST_US) return bins
    from_us += Math.floor(from_us / 20)
  }
}

/** What a duration in this bin is taken for, seconds: at most 2.5 % beside the true one from 1 ms on. */
function binSeconds(bin: number): number {
  const from_us = DURATION_BINS_US[bin] ?? LARGEST_US
  const to_us = DURATION_BINS_US[bin + 1] ?? from_us
  return (bin === 0 ? to_us / 2 : Math.sqrt(from_us * to_us)) / 1e6
}

/** The place of a fraction (0-1) among so many sorted values, from 0: the nearest rank. */
export function nearestRank(fraction: number, count: number): number {
  // 0.07 * 100 is a little more than 7.
  return Math.max(0, Math.ceil(fraction * count - 1e-9) - 1)
}

/**
 * Durations in seconds at the given fractions (0-1); null when there are none.
 *
 * @param counts how many durations each bin has
 */
export function percentilesOfBins(
  counts: ArrayLike<number>,
  fractions: readonly number[],
): (number | null)[] {
  let total = 0
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin] ?? 0
  return fractions.map((fraction) => {
    const rank = nearestRank(fraction, total)
    let before = 0
    for (let bin = 0; bin < counts.length; bin++) {
      before += counts[bin] ?? 0
      if (before > rank) return binSeconds(bin)
    }
    return null
  })
}

/** The same of single durations, exactly. */
export function percentilesOf(seconds: readonly number[], fractions: readonly number[]): (number | null)[] {
  const sorted = seconds.toSorted((a, b) => a - b)
  return fractions.map((fraction) => sorted[nearestRank(fraction, sorted.length)] ?? null)
}
