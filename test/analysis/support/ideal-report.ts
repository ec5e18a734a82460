import { createHash } from 'node:crypto'
import type {
  AnalysisReport,
  Counts,
  DurationSummary,
  Group,
  Groups,
  StreamReport,
} from '../../../src/analysis/report.ts'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { isoTime, meanOf, nearestRank, sum } from './compare-stream.ts'
import { expectedReport, type ExpectedReport, type WorldRange } from './expected-report.ts'
import type { ExpectedGroup, ExpectedStream } from './expected-stream.ts'
import type { LogWorld, WorldLine } from './log-world.ts'

const MOST = 25
const DAY_MS = 86_400_000

/** The report that an analysis without any fault would give of a world; to test what compares reports. */
export function idealReport(world: LogWorld, range: WorldRange): AnalysisReport {
  const expected = expectedReport(world, range)
  const parts = Object.fromEntries(
    LOG_STREAMS.map((stream) => [
      stream,
      { ...streamReport(expected.streams[stream]), ...ownPart(expected, stream) },
    ]),
  ) as unknown as Pick<AnalysisReport, (typeof LOG_STREAMS)[number]>
  const { malformed_lines, duplicate_lines, blank_lines, out_of_range_lines } = expected.skipped
  return {
    generated_at: '2026-11-22T00:00:00.000Z',
    duration_ms: 1,
    range: {
      since: isoTime(range.since_ms ?? null),
      until: isoTime(range.until_ms ?? null),
      first: isoTime(expected.first_ms),
      last: isoTime(expected.last_ms),
      time_zone: range.time_zone,
    },
    total_lines: expected.total_lines,
    lines_by_form: expected.lines_by_form,
    ...parts,
    trends: null,
    sources: world.file_names.map((name) => ({ name, stream: 'errors', bytes: 1, lines: 1 })),
    skipped: {
      malformed_lines,
      continuation_lines: 0,
      duplicate_lines,
      blank_lines,
      out_of_range_lines,
      examples: malformed_lines === 0 ? [] : [{ source: 'x', line_bytes_at: 0, reason: 'x' }],
      unreadable_sources: [],
    },
  }
}

function ownPart(expected: ExpectedReport, stream: (typeof LOG_STREAMS)[number]): object {
  const part: Record<string, unknown> = {}
  for (const [name, counts] of Object.entries(expected.counts[stream])) part[name] = countsOf(counts)
  for (const [path, value] of Object.entries(expected.numbers[stream])) {
    const [outer = '', inner] = path.split('.')
    if (inner === undefined) part[outer] = value
    else part[outer] = { ...(part[outer] as object | undefined), [inner]: value }
  }
  const { users, courses, tasks } = expected.streams[stream]
  const groups = { users: groupsOf(users), courses: groupsOf(courses), tasks: groupsOf(tasks) }
  switch (stream) {
    case 'operations':
      return { ...part, slowest_tasks: longestSyncs(expected) }
    case 'api_calls': {
      const { methods, endpoints, statuses } = expected.groups.api_calls
      const more = {
        methods: groupsOf(methods),
        endpoints: groupsOf(endpoints),
        statuses: groupsOf(statuses),
      }
      const slowest = { slowest_courses: byMean(courses), slowest_tasks: byMean(tasks) }
      return { ...part, groups: { ...groups, ...more }, slowest_endpoints: byMean(endpoints, 10), ...slowest }
    }
    case 'database': {
      const { operations, entities } = expected.groups.database
      return {
        ...part,
        groups: { ...groups, operations: groupsOf(operations), entities: groupsOf(entities) },
      }
    }
    case 'errors':
      return { ...part, ...errorLists(expected) }
    case 'progress':
      return { ...part, tasks: progressOf(expected.streams.progress.lines) }
  }
}

function streamReport(expected: ExpectedStream): StreamReport {
  const { users, courses, tasks, levels, by_event, by_hour, by_day } = expected
  const days = [...by_day.keys()].sort()
  const rows: StreamReport['by_day'][number][] = []
  for (let at = Date.parse(days[0] ?? ''); at <= Date.parse(days.at(-1) ?? ''); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10)
    const { count = 0, failed = 0, throttled = 0, durations = [] } = by_day.get(day) ?? {}
    rows.push({ day, count, failed, throttled, mean_ms: meanOf(durations) })
  }
  return {
    levels,
    by_event: countsOf(by_event),
    duration: durationSummary(expected.durations),
    groups: { users: groupsOf(users), courses: groupsOf(courses), tasks: groupsOf(tasks) },
    by_hour: [...by_hour].map(([hour, { count, failed }]) => ({ hour, count, failed })),
    by_day: rows,
  }
}

function durationSummary(durations: readonly number[]): DurationSummary {
  const sorted = durations.toSorted((a, b) => a - b)
  const under = sorted.filter((value) => value < 100).length
  return {
    count: sorted.length,
    total_ms: sum(sorted),
    min_ms: sorted[0] ?? null,
    mean_ms: meanOf(sorted),
    p50_ms: nearestRank(sorted, 0.5),
    p95_ms: nearestRank(sorted, 0.95),
    p99_ms: nearestRank(sorted, 0.99),
    max_ms: sorted.at(-1) ?? null,
    histogram: [
      { from_ms: 0, to_ms: 100, count: under },
      { from_ms: 100, to_ms: null, count: sorted.length - under },
    ],
  }
}

/** With `Object.fromEntries`, so that a name like `__proto__` is a key as any other. */
function countsOf(counts: ReadonlyMap<string, number>): Counts {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]))
}

function groupOf(group: ExpectedGroup): Group {
  const { key, count, failed, durations, first_ms, last_ms } = group
  const sorted = durations.toSorted((a, b) => a - b)
  return {
    key,
    count,
    failed,
    total_ms: sum(sorted),
    mean_ms: meanOf(sorted),
    max_ms: sorted.at(-1) ?? null,
    p95_ms: nearestRank(sorted, 0.95),
    first_seen: isoTime(first_ms) ?? '',
    last_seen: isoTime(last_ms) ?? '',
  }
}

function groupsOf(groups: ReadonlyMap<string, ExpectedGroup>): Groups {
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count)
  const other_lines = sum(sorted.slice(MOST).map((group) => group.count))
  return { distinct: sorted.length, exact: true, top: sorted.slice(0, MOST).map(groupOf), other_lines }
}

function byMean(groups: ReadonlyMap<string, ExpectedGroup>, least = 1): Group[] {
  const timed = [...groups.values()].filter((group) => group.durations.length > 0)
  const frequent = timed.filter((group) => group.count >= least)
  const listed = (frequent.length === 0 ? timed : frequent).map(groupOf)
  return listed.sort((a, b) => (b.mean_ms ?? 0) - (a.mean_ms ?? 0)).slice(0, MOST)
}

function longestSyncs({ sync_durations }: ExpectedReport): Group[] {
  const time = isoTime(0) ?? ''
  return [...sync_durations]
    .sort((a, b) => b[1] - a[1])
    .map(([key, max_ms]) => ({
      key,
      count: 1,
      failed: 0,
      total_ms: max_ms,
      mean_ms: max_ms,
      max_ms,
      p95_ms: null,
      first_seen: time,
      last_seen: time,
    }))
}

function errorLists({ streams, fingerprints }: ExpectedReport): object {
  const { lines } = streams.errors
  const newest = lines.toSorted((a, b) => b.timestamp_ms - a.timestamp_ms)
  const example = (line: WorldLine): object => ({
    timestamp: isoTime(line.timestamp_ms),
    task_id: line.task_id,
    user_id: line.user_id,
    course_id: line.fields['course_id'] ?? null,
    error_type: line.fields['error_type'] ?? null,
    operation: line.fields['operation'] ?? null,
    message: line.message,
  })
  const listed = fingerprints.toSorted((a, b) => b.count - a.count).slice(0, 100)
  return {
    recent_errors: newest.slice(0, 10).map(example),
    distinct_fingerprints: fingerprints.length,
    fingerprints: listed.map(({ error_type, operation, count, first_ms, last_ms }, number) => ({
      fingerprint: createHash('sha256').update(String(number)).digest('hex').slice(0, 12),
      error_type,
      operation,
      pattern: 'x',
      count,
      first_seen: isoTime(first_ms),
      last_seen: isoTime(last_ms),
      example: example(
        newest.find(
          ({ fields }) =>
            (fields['error_type'] ?? null) === error_type && (fields['operation'] ?? null) === operation,
        ) as WorldLine,
      ),
    })),
  }
}

function progressOf(lines: readonly WorldLine[]): object {
  const by_task = Map.groupBy(
    lines.filter((line) => line.task_id !== null).toSorted((a, b) => b.timestamp_ms - a.timestamp_ms),
    (line) => line.task_id ?? '',
  )
  const tasks = [...by_task].slice(0, 100).map(([task_id, entries]): [string, object] => {
    const newest = entries[0]
    return [
      task_id,
      {
        entries: entries.length,
        last_percent: newest?.fields['percent'] ?? null,
        elapsed_ms: newest?.fields['elapsed_ms'] ?? null,
        first_seen: isoTime(entries.at(-1)?.timestamp_ms ?? null),
        last_seen: isoTime(newest?.timestamp_ms ?? null),
      },
    ]
  })
  return Object.fromEntries(tasks)
}
