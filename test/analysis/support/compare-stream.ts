import type { DurationSummary, Group, Groups, StreamReport } from '../../../src/analysis/report.ts'
import type { Differences } from './differences.ts'
import type { ExpectedGroup, ExpectedStream } from './expected-stream.ts'

/** How far a percentile may be off: the width of its bucket. */
const PERCENTILE_PART = 0.008

export const isoTime = (time_ms: number | null): string | null =>
  time_ms === null ? null : new Date(time_ms).toISOString()

export function compareStream(
  path: string,
  expected: ExpectedStream,
  got: StreamReport,
  differences: Differences,
): void {
  for (const [level, count] of Object.entries(expected.levels)) {
    differences.same(`${path}.levels.${level}`, count, (got.levels as Record<string, number>)[level])
  }
  differences.counts(`${path}.by_event`, expected.by_event, got.by_event)
  compareDuration(`${path}.duration`, expected.durations, got.duration, differences)
  compareGroups(`${path}.groups.users`, expected.users, got.groups.users, differences)
  compareGroups(`${path}.groups.courses`, expected.courses, got.groups.courses, differences)
  compareGroups(`${path}.groups.tasks`, expected.tasks, got.groups.tasks, differences)
  compareHours(`${path}.by_hour`, expected, got, differences)
  compareDays(`${path}.by_day`, expected, got, differences)
}

function compareDuration(
  path: string,
  durations: readonly number[],
  got: DurationSummary,
  differences: Differences,
): void {
  const sorted = durations.toSorted((a, b) => a - b)
  const total = sum(sorted)
  differences.same(`${path}.count`, sorted.length, got.count)
  differences.same(`${path}.total_ms`, total, got.total_ms)
  differences.same(`${path}.min_ms`, sorted[0] ?? null, got.min_ms)
  differences.same(`${path}.max_ms`, sorted.at(-1) ?? null, got.max_ms)
  differences.same(`${path}.mean_ms`, meanOf(sorted), got.mean_ms)
  differences.near(`${path}.p50_ms`, nearestRank(sorted, 0.5), got.p50_ms, PERCENTILE_PART)
  differences.near(`${path}.p95_ms`, nearestRank(sorted, 0.95), got.p95_ms, PERCENTILE_PART)
  differences.near(`${path}.p99_ms`, nearestRank(sorted, 0.99), got.p99_ms, PERCENTILE_PART)
  compareHistogram(`${path}.histogram`, sorted, got, differences)
}

/** The report chooses the bars; a value closer to an edge than a bucket is wide may be on either side. */
function compareHistogram(
  path: string,
  sorted: readonly number[],
  { histogram }: DurationSummary,
  differences: Differences,
): void {
  differences.same(`${path}, all bars`, sorted.length, sum(histogram.map((bar) => bar.count)))
  for (const [number, { from_ms, to_ms, count }] of histogram.entries()) {
    const before = histogram[number - 1]
    if (before !== undefined) differences.same(`${path}[${number}].from_ms`, before.to_ms, from_ms)
    const end = to_ms ?? Infinity
    const isNear = (value: number): boolean =>
      [from_ms, end].some((edge) => Math.abs(value - edge) <= PERCENTILE_PART * value)
    const near = sorted.filter(isNear).length
    const exact = sorted.filter((value) => value >= from_ms && value < end).length
    differences.holds(
      `${path}[${number}]`,
      Math.abs(exact - count) <= near,
      `expected ${exact}, got ${count}`,
    )
  }
}

export function compareGroups(
  path: string,
  expected: ReadonlyMap<string, ExpectedGroup>,
  got: Groups,
  differences: Differences,
): void {
  differences.same(`${path}.exact`, true, got.exact)
  differences.same(`${path}.distinct`, expected.size, got.distinct)
  differences.descending(`${path}.top counts`, got.top.map((group) => group.count)) // prettier-ignore
  const in_top = new Set(got.top.map((group) => group.key))
  const others = [...expected.values()].filter((group) => !in_top.has(group.key))
  const smallest = got.top.at(-1)?.count ?? Infinity
  for (const other of others.filter((group) => group.count > smallest)) {
    differences.holds(`${path}.top`, false, `${other.key} with ${other.count} lines is not in it`)
  }
  differences.holds(`${path}.top`, expected.size === 0 || got.top.length > 0, 'empty')
  differences.same(`${path}.other_lines`, sum(others.map((group) => group.count)), got.other_lines)
  for (const group of got.top) compareGroup(path, expected.get(group.key), group, differences)
}

export function compareGroup(
  path: string,
  expected: ExpectedGroup | undefined,
  group: Group,
  differences: Differences,
): void {
  const here = `${path}[${JSON.stringify(group.key)}]`
  if (expected === undefined) {
    differences.holds(here, false, `not expected, got ${group.count} lines`)
    return
  }
  const sorted = expected.durations.toSorted((a, b) => a - b)
  differences.same(`${here}.count`, expected.count, group.count)
  differences.same(`${here}.failed`, expected.failed, group.failed)
  differences.same(`${here}.total_ms`, sum(sorted), group.total_ms)
  differences.same(`${here}.mean_ms`, meanOf(sorted), group.mean_ms)
  differences.same(`${here}.max_ms`, sorted.at(-1) ?? null, group.max_ms)
  if (group.p95_ms !== null) {
    differences.near(`${here}.p95_ms`, nearestRank(sorted, 0.95), group.p95_ms, PERCENTILE_PART)
  }
  differences.same(`${here}.first_seen`, isoTime(expected.first_ms), group.first_seen)
  differences.same(`${here}.last_seen`, isoTime(expected.last_ms), group.last_seen)
}

function compareHours(
  path: string,
  expected: ExpectedStream,
  { by_hour }: StreamReport,
  differences: Differences,
): void {
  const got = new Map(by_hour.map((row) => [row.hour, row]))
  differences.same(`${path}, different hours`, by_hour.length, got.size)
  for (let hour = 0; hour < 24; hour++) {
    const of_hour = expected.by_hour.get(hour)
    differences.same(`${path}[${hour}].count`, of_hour?.count ?? 0, got.get(hour)?.count ?? 0)
    differences.same(`${path}[${hour}].failed`, of_hour?.failed ?? 0, got.get(hour)?.failed ?? 0)
  }
}

function compareDays(
  path: string,
  expected: ExpectedStream,
  { by_day }: StreamReport,
  differences: Differences,
): void {
  const days = [...expected.by_day.keys()].sort()
  differences.same(`${path}, first day`, days[0], by_day[0]?.day)
  differences.same(`${path}, last day`, days.at(-1), by_day.at(-1)?.day)
  for (const [number, { day, count, failed, throttled, mean_ms }] of by_day.entries()) {
    const before = by_day[number - 1]
    if (before !== undefined)
      differences.same(`${path}, the day after ${before.day}`, dayAfter(before.day), day)
    const of_day = expected.by_day.get(day)
    differences.same(`${path}[${day}].count`, of_day?.count ?? 0, count)
    differences.same(`${path}[${day}].failed`, of_day?.failed ?? 0, failed)
    differences.same(`${path}[${day}].throttled`, of_day?.throttled ?? 0, throttled)
    differences.same(`${path}[${day}].mean_ms`, meanOf(of_day?.durations ?? []), mean_ms)
  }
}

const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

export function nearestRank(sorted: readonly number[], part: number): number | null {
  return sorted[Math.ceil(part * sorted.length) - 1] ?? null
}

export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

export function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}
