/** Something that was measured. */
export interface Measured {
  readonly at_ms: number
  readonly value: number
}

/** The straight line through what was measured. */
export interface Trend {
  /** Where the line is at the last measurement. */
  readonly now: number
  readonly per_day: number
  /** Between these two lies the pace nine times in ten, if what was measured is a straight line with noise. */
  readonly slowest_per_day: number
  readonly fastest_per_day: number
}

/** When something is reached, days from the last measurement. */
export interface Reached {
  readonly days: number
  readonly soonest_days: number
  /** Infinity when it may never be. */
  readonly latest_days: number
}

const DAY_MS = 86_400_000
/** One measurement a day: those of an hour are nearly the same, and many of them would seem to prove much. */
export const FEWEST_DAYS = 5

/** The last measurement of each day (UTC). */
export function oneADay(measured: readonly Measured[]): Measured[] {
  return [...new Map(measured.map((each) => [Math.floor(each.at_ms / DAY_MS), each])).values()]
}

/**
 * By least squares. Null when there are fewer than five days, from which nothing can be said.
 *
 * @param days one a day, oldest first
 */
export function trendOf(days: readonly Measured[]): Trend | null {
  const last = days.at(-1)
  if (last === undefined || days.length < FEWEST_DAYS) return null
  const count = days.length
  const xs = days.map(({ at_ms }) => (at_ms - last.at_ms) / DAY_MS)
  const x_mean = xs.reduce((sum, x) => sum + x, 0) / count
  const y_mean = days.reduce((sum, { value }) => sum + value, 0) / count
  let xx = 0
  let xy = 0
  for (const [index, { value }] of days.entries()) {
    const x = (xs[index] ?? 0) - x_mean
    xx += x * x
    xy += x * (value - y_mean)
  }
  if (xx === 0) return null
  const per_day = xy / xx
  const now = y_mean - per_day * x_mean
  const squares = days.reduce(
    (sum, { value }, index) => sum + (value - now - per_day * (xs[index] ?? 0)) ** 2,
    0,
  )
  const error = Math.sqrt(squares / (count - 2) / xx) * studentT(count - 2)
  return { now, per_day, slowest_per_day: per_day - error, fastest_per_day: per_day + error }
}

/** Of Student's distribution the value that is exceeded once in twenty times (Abramowitz and Stegun 26.7.5). */
function studentT(freedom: number): number {
  const z = 1.6449
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}

/** When the line comes to a value above; null when it does not go up. */
export function reachOf(trend: Trend, value: number): Reached | null {
  const missing = value - trend.now
  if (missing <= 0 || trend.per_day <= 0) return null
  return {
    days: missing / trend.per_day,
    soonest_days: missing / trend.fastest_per_day,
    latest_days: trend.slowest_per_day <= 0 ? Infinity : missing / trend.slowest_per_day,
  }
}

/** The next round size: 1, 2 or 5 and zeros, from a gigabyte on. */
export function nextSize(bytes: number): number {
  for (let ten = 1e9; ; ten *= 10) {
    for (const step of [1, 2, 5]) if (step * ten > bytes) return step * ten
  }
}
