/** Days of one length, one after the other. */
export interface CalendarSegment {
  /** Of its first day in the calendar. */
  readonly first_day: number
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly day_ms: number
}

export const HOUR_MS = 3_600_000

/** A year has three lengths of days at the most, and few changes between them: each stretch is one range of an index. */
export function calendarSegments(bounds: readonly number[]): CalendarSegment[] {
  const segments: CalendarSegment[] = []
  for (const [first_day, from] of bounds.slice(0, -1).entries()) {
    const to = bounds[first_day + 1] ?? from
    const day_ms = to - from
    const last = segments.at(-1)
    if (last?.day_ms === day_ms) segments[segments.length - 1] = { ...last, to }
    else segments.push({ first_day, from, to, day_ms })
  }
  return segments
}

/** The days that begin inside of an hour, as in zones whose clocks are half an hour off, by their place. */
export function daysInsideHours(bounds: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...bounds.entries()].flatMap(([day, at]) => (at % HOUR_MS === 0 ? [] : [[at, day]])))
}
