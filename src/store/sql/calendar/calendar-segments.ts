/** Days of one length, one after the other. */
export interface CalendarSegment {
  /** Of its first day in the calendar. */
  readonly first_day: number
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly day_ms: number
  /** The largest sums whose buckets lie in one day each: clocks of some zones are half an hour off. */
  readonly tier: 'hour' | '5m'
}

const HOUR_MS = 3_600_000

/** A year has three lengths of days at the most, and few changes between them: each stretch is one range of an index. */
export function calendarSegments(bounds: readonly number[]): CalendarSegment[] {
  const segments: CalendarSegment[] = []
  for (const [first_day, from] of bounds.slice(0, -1).entries()) {
    const to = bounds[first_day + 1] ?? from
    const day_ms = to - from
    const tier = from % HOUR_MS === 0 && day_ms % HOUR_MS === 0 ? 'hour' : '5m'
    const last = segments.at(-1)
    if (last !== undefined && last.day_ms === day_ms && last.tier === tier)
      segments[segments.length - 1] = { ...last, to }
    else segments.push({ first_day, from, to, day_ms, tier })
  }
  return segments
}
