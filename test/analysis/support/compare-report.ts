import type { AnalysisReport, Group } from '../../../src/analysis/report.ts'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { compareErrors, compareProgress } from './compare-errors.ts'
import { compareGroup, compareGroups, compareStream, isoTime, meanOf } from './compare-stream.ts'
import { compareTrends } from './compare-trends.ts'
import { Differences } from './differences.ts'
import { expectedReport, type ExpectedReport, type WorldRange } from './expected-report.ts'
import type { ExpectedGroup } from './expected-stream.ts'
import type { LogWorld } from './log-world.ts'

/** What of a report is not as the world is: a text with one line for each figure, or undefined. */
export function reportDifferences(
  world: LogWorld,
  range: WorldRange,
  report: AnalysisReport,
  expected: ExpectedReport = expectedReport(world, range),
): string | undefined {
  const differences = new Differences()
  compareTotals(expected, range, report, differences)
  for (const stream of LOG_STREAMS) {
    compareStream(stream, expected.streams[stream], report[stream], differences)
    for (const [name, value] of Object.entries(expected.numbers[stream])) {
      differences.same(`${stream}.${name}`, value, valueAt(report[stream], name))
    }
    for (const [name, counts] of Object.entries(expected.counts[stream])) {
      const got = valueAt(report[stream], name) as Record<string, number>
      differences.counts(`${stream}.${name}`, counts, got)
    }
  }
  for (const [name, groups] of Object.entries(expected.groups.api_calls)) {
    const got = report.api_calls.groups[name as keyof ExpectedReport['groups']['api_calls']]
    compareGroups(`api_calls.groups.${name}`, groups, got, differences)
  }
  for (const [name, groups] of Object.entries(expected.groups.database)) {
    const got = report.database.groups[name as keyof ExpectedReport['groups']['database']]
    compareGroups(`database.groups.${name}`, groups, got, differences)
  }
  compareSlowest(expected, report, differences)
  compareErrors(expected, report.errors, differences)
  compareProgress(expected, report.progress, differences)
  compareTrends(world, range, report.trends, differences)
  compareSkipped(expected, range, report, differences)
  compareSources(world, report, differences)
  return differences.text()
}

function compareTotals(
  expected: ExpectedReport,
  range: WorldRange,
  report: AnalysisReport,
  differences: Differences,
): void {
  differences.same('total_lines', expected.total_lines, report.total_lines)
  for (const [form, count] of Object.entries(expected.lines_by_form)) {
    differences.same(`lines_by_form.${form}`, count, (report.lines_by_form as Record<string, number>)[form])
  }
  differences.same('range.first', isoTime(expected.first_ms), report.range.first)
  differences.same('range.last', isoTime(expected.last_ms), report.range.last)
  differences.same('range.since', isoTime(range.since_ms ?? null), report.range.since)
  differences.same('range.until', isoTime(range.until_ms ?? null), report.range.until)
  differences.same('range.time_zone', range.time_zone, report.range.time_zone)
}

const LEAST_CALLS = 10

function compareSlowest(expected: ExpectedReport, report: AnalysisReport, differences: Differences): void {
  const { slowest_endpoints, slowest_courses, slowest_tasks } = report.api_calls
  const { courses, tasks } = expected.streams.api_calls
  compareByMean(
    'api_calls.slowest_endpoints',
    expected.groups.api_calls.endpoints,
    slowest_endpoints,
    differences,
  )
  compareByMean('api_calls.slowest_courses', courses, slowest_courses, differences)
  compareByMean('api_calls.slowest_tasks', tasks, slowest_tasks, differences)
  const longest = [...expected.sync_durations.values()].sort((a, b) => b - a)
  for (const [number, group] of report.operations.slowest_tasks.entries()) {
    const here = `operations.slowest_tasks[${number}]`
    differences.same(`${here}.max_ms`, longest[number], group.max_ms)
    differences.same(`${here}, of its task`, expected.sync_durations.get(group.key), group.max_ms)
  }
  const is_empty = report.operations.slowest_tasks.length === 0
  differences.same('operations.slowest_tasks, empty', longest.length === 0, is_empty)
}

/** None that is slower than the last in the list may be missing, if it has as many lines as is asked for. */
function compareByMean(
  path: string,
  expected: ReadonlyMap<string, ExpectedGroup>,
  got: readonly Group[],
  differences: Differences,
): void {
  const timed = [...expected.values()].filter((group) => group.durations.length > 0)
  const frequent = timed.filter((group) => group.durations.length >= LEAST_CALLS)
  differences.same(`${path}, empty`, timed.length === 0, got.length === 0)
  differences.descending(path, got.map((group) => group.mean_ms)) // prettier-ignore
  for (const group of got) compareGroup(path, expected.get(group.key), group, differences)
  const listed = new Set(got.map((group) => group.key))
  const least = got.at(-1)?.mean_ms ?? Infinity
  for (const group of frequent) {
    const mean_ms = meanOf(group.durations) ?? 0
    const is_missing = mean_ms > least + 1e-6 && !listed.has(group.key)
    differences.holds(path, !is_missing, `${group.key} with a mean of ${mean_ms} ms is not in it`)
  }
  if (frequent.length === 0 || !path.endsWith('endpoints')) return
  const rare = got.filter((group) => group.count < LEAST_CALLS).map((group) => group.key)
  differences.same(`${path}, of fewer than ${LEAST_CALLS} calls`, '', rare.join(' '))
}

/** Files that lie outside of the range need not be read: then their lines are in no count. */
function compareSkipped(
  expected: ExpectedReport,
  range: WorldRange,
  { skipped }: AnalysisReport,
  differences: Differences,
): void {
  const truth = expected.skipped
  const { duplicate_lines } = skipped
  // A report may tell the lines of tracebacks apart from the other lines in no form.
  const { continuation_lines } = skipped
  const in_no_form = skipped.malformed_lines + continuation_lines
  const has_range = range.since_ms !== undefined || range.until_ms !== undefined
  const between = (name: string, least: number, got: number, most: number): void => {
    differences.holds(
      `skipped.${name}`,
      least <= got && got <= most,
      `expected ${least} to ${most}, got ${got}`,
    )
  }
  const least = (count: number): number => (has_range ? 0 : count)
  between('malformed_lines', least(truth.malformed_lines), in_no_form, truth.malformed_lines)
  between('blank_lines', least(truth.blank_lines), skipped.blank_lines, truth.blank_lines)
  between('duplicate_lines', truth.duplicate_lines, duplicate_lines, truth.all_duplicate_lines)
  const most_outside = truth.out_of_range_lines + truth.all_duplicate_lines - truth.duplicate_lines
  between('out_of_range_lines', 0, skipped.out_of_range_lines, most_outside)
  differences.same('skipped.unreadable_sources', 0, skipped.unreadable_sources.length)
  const examples = skipped.examples.length
  const is_told = examples > 0 || skipped.malformed_lines === 0
  differences.holds('skipped.examples', is_told && examples <= skipped.malformed_lines, `got ${examples}`)
}

/** A source outside of the range may be left out; one that was never written may not be there. */
function compareSources(world: LogWorld, report: AnalysisReport, differences: Differences): void {
  const known = new Set(world.file_names)
  for (const { name } of report.sources) {
    differences.holds('sources', known.has(name), `${name} is no log file of this world`)
  }
  const names = new Set(report.sources.map((source) => source.name))
  differences.same('sources, different names', report.sources.length, names.size)
  if (report.range.since !== null || report.range.until !== null) return
  const missing = [...known].filter((name) => !names.has(name))
  differences.same('sources, not in the list', '', missing.join(' '))
}

/** @param path with dots */
function valueAt(from: object, path: string): unknown {
  let value: unknown = from
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value
}
