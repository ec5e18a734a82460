import type {
  Counts,
  DayCount,
  DurationSummary,
  Group,
  Groups,
  HourCount,
  StreamReport,
} from '../../../src/analysis/report.ts'

/** The week of the sample, a Sunday to a Saturday. */
export const DAYS: readonly string[] = Array.from({ length: 7 }, (_, day) => `2026-11-${15 + day}`)
export const FIRST = '2026-11-14T23:00:04.120Z'
export const LAST = '2026-11-21T22:58:41.903Z'

/** A whole divided like the weights; the parts sum up to it exactly. */
export function divided(whole: number, weights: readonly number[]): number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  let [given, upto] = [0, 0]
  return weights.map((weight) => {
    upto += weight
    const part = Math.round((whole * upto) / all) - given
    given += part
    return part
  })
}

export function byDay(count: number, failed: number, throttled: number, mean_ms: number | null): DayCount[] {
  const counts = divided(count, [4, 14, 16, 17, 15, 13, 5])
  const failures = divided(failed, [1, 3, 2, 30, 4, 2, 1])
  const throttles = divided(throttled, [0, 1, 1, 20, 2, 1, 0])
  return DAYS.map((day, index) => ({
    day,
    count: counts[index] ?? 0,
    failed: failures[index] ?? 0,
    throttled: throttles[index] ?? 0,
    mean_ms: mean_ms === null ? null : mean_ms + index,
  }))
}

const HOURS = [9, 3, 30, 26, 4, 2, 3, 5, 9, 12, 13, 12, 11, 12, 13, 14, 12, 9, 7, 6, 5, 5, 4, 4]

export function byHour(count: number, failed: number): HourCount[] {
  const counts = divided(count, HOURS)
  const failures = divided(
    failed,
    HOURS.map((weight, hour) => (hour === 2 ? 90 : weight)),
  )
  return HOURS.map((_, hour) => ({ hour, count: counts[hour] ?? 0, failed: failures[hour] ?? 0 }))
}

export const NO_DURATION: DurationSummary = {
  count: 0,
  total_ms: 0,
  min_ms: null,
  mean_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  max_ms: null,
  histogram: [],
}

const EDGES = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000]
const SHAPE = [0, 0, 1, 4, 14, 60, 160, 240, 180, 70, 24, 9, 3, 1, 0.4, 0.1]

export function durations(count: number, mean_ms: number, shift: number): DurationSummary {
  const shape = EDGES.map((_, index) => SHAPE[index + shift] ?? 0)
  const counts = divided(count, shape)
  return {
    count,
    total_ms: count * mean_ms,
    min_ms: mean_ms / 51,
    mean_ms,
    p50_ms: mean_ms * 0.72,
    p95_ms: mean_ms * 3.1,
    p99_ms: mean_ms * 9.4,
    max_ms: mean_ms * 214,
    histogram: EDGES.map((from_ms, index) => ({
      from_ms,
      to_ms: EDGES[index + 1] ?? null,
      count: counts[index] ?? 0,
    })),
  }
}

export function group(key: string, count: number, failed: number, mean_ms: number): Group {
  return {
    key,
    count,
    failed,
    total_ms: count * mean_ms,
    mean_ms,
    max_ms: mean_ms * 12,
    p95_ms: mean_ms * 2.8,
    first_seen: FIRST,
    last_seen: LAST,
  }
}

export const NO_GROUPS: Groups = { distinct: 0, exact: true, top: [], other_lines: 0 }

export function groups(top: readonly Group[], more = 0, other_lines = 0): Groups {
  return { distinct: top.length + more, exact: more < 10_000, top, other_lines }
}

export function stream(
  levels: readonly [debug: number, info: number, warning: number, error: number],
  by_event: Counts,
  duration: DurationSummary,
): StreamReport {
  const [DEBUG, INFO, WARNING, ERROR] = levels
  const count = DEBUG + INFO + WARNING + ERROR
  return {
    levels: { DEBUG, INFO, WARNING, ERROR },
    by_event,
    duration,
    groups: {
      users: groups([
        group('42', Math.round(count * 0.6), ERROR, 130),
        group('7', Math.round(count * 0.4), 0, 120),
      ]),
      courses: groups(
        [group('9007199254740993', Math.round(count * 0.2), ERROR, 190)],
        311,
        Math.round(count * 0.8),
      ),
      tasks: groups(
        [group('nightly-2026-11-18', Math.round(count * 0.1), ERROR, 160)],
        411,
        Math.round(count * 0.9),
      ),
    },
    by_hour: byHour(count, ERROR),
    by_day: byDay(count, ERROR, 0, duration.mean_ms),
  }
}
