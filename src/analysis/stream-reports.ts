import { redactText } from '../logs/redact.ts'
import { LOG_LEVELS, type LogLevel } from '../core/log-event.ts'
import { daysOf, hoursOf } from './days.ts'
import { durationSummary, rounded } from './durations.ts'
import { errorGroups, recentErrors } from './error-groups.ts'
import { countsOf, groupsOf, isoTime, longest, slowestByMean } from './groups.ts'
import * as counter from './kernel/counters.ts'
import type { RecentLine } from './kernel/kernel.ts'
import type { GroupCount } from './kernel/read-table.ts'
import type { GroupTable, StreamCounts } from './merge-dumps.ts'
import type {
  ApiCallsReport,
  Counts,
  DatabaseReport,
  ErrorsReport,
  OperationsReport,
  ProgressReport,
  StreamReport,
  TaskProgress,
} from './report.ts'

const STARTED = 1
const ENDED = 2
const MAX_TASKS = 100
/** Events that tell how a sync ended. */
const END_EVENTS = ['completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out'].map(
  (status) => `sync_${status}`,
)

export function operationsReport(counts: StreamCounts, zone: string): OperationsReport {
  const { tables } = counts
  const event = (name: string): { lines: number; amount: number; total_ms: number } =>
    tables.events?.groups.get(name) ?? { lines: 0, amount: 0, total_ms: 0 }
  const ended_ms = END_EVENTS.reduce((sum, name) => sum + event(name).total_ms, 0)
  const unfinished = valuesOf(tables.tasks).filter(
    ({ flags }) => (flags & STARTED) !== 0 && (flags & ENDED) === 0,
  ).length
  return {
    ...streamReport(counts, zone),
    total_lines: valueOf(counts, counter.LINES),
    sync_tasks: tables.tasks?.groups.size ?? 0,
    connections_tested: event('connection_tested').lines,
    courses_processed: event('course_synced').amount,
    assignments_synced: event('assignments_synced').amount,
    total_elapsed_time: rounded(ended_ms / 1000),
    by_status: mostFirst({ ...countsOf(tables.end_statuses), ...(unfinished > 0 ? { unfinished } : {}) }),
    by_sync_type: countsOf(tables.sync_types),
    slowest_tasks: longest(ended(tables.tasks)),
  }
}

export function apiCallsReport(counts: StreamCounts, zone: string): ApiCallsReport {
  const { tables } = counts
  const of = (number: number): number => valueOf(counts, number)
  const shared = streamReport(counts, zone)
  const lines = of(counter.LINES)
  const costed = of(counter.COSTED)
  return {
    ...shared,
    total_calls: of(counter.CALLS),
    by_method: countsOf(tables.methods),
    by_endpoint: countsOf(tables.endpoints),
    status_codes: countsOf(tables.statuses),
    total_duration_ms: rounded(of(counter.TOTAL_MS)),
    paginated_requests: of(counter.PAGINATED),
    failed_calls: of(counter.FAILED),
    error_types: countsOf(tables.error_types),
    groups: {
      ...shared.groups,
      methods: groupsOf(tables.methods, lines),
      endpoints: groupsOf(tables.endpoints, lines),
      statuses: groupsOf(tables.statuses, lines),
    },
    slowest_endpoints: slowestByMean(tables.endpoints),
    slowest_courses: slowestByMean(tables.courses),
    slowest_tasks: slowestByMean(tables.tasks),
    throttling: {
      throttled_calls: of(counter.THROTTLED),
      cost_total: rounded(of(counter.COST_TOTAL)),
      cost_mean: costed === 0 ? null : rounded(of(counter.COST_TOTAL) / costed),
      cost_max: finite(of(counter.COST_MAX)),
      rate_limit_remaining_min: finite(of(counter.REMAINING_MIN)),
    },
    retries: {
      retried_calls: of(counter.RETRIED),
      recovered: of(counter.RECOVERED),
      still_failed: of(counter.RETRIED) - of(counter.RECOVERED),
      max_attempt: finite(of(counter.MAX_ATTEMPT)),
    },
    total_items: of(counter.ITEMS),
    total_bytes: of(counter.BYTES),
  }
}

export function databaseReport(counts: StreamCounts, zone: string): DatabaseReport {
  const { tables } = counts
  const shared = streamReport(counts, zone)
  const lines = valueOf(counts, counter.LINES)
  return {
    ...shared,
    total_operations: lines,
    by_operation: countsOf(tables.operations),
    by_entity: countsOf(tables.entities),
    total_records_affected: valueOf(counts, counter.RECORDS),
    batch_operations: valueOf(counts, counter.BATCHES),
    groups: {
      ...shared.groups,
      operations: groupsOf(tables.operations, lines),
      entities: groupsOf(tables.entities, lines),
    },
  }
}

export function errorsReport(
  counts: StreamCounts,
  recent: readonly RecentLine[],
  zone: string,
): ErrorsReport {
  const { tables } = counts
  return {
    ...streamReport(counts, zone),
    total_errors: valueOf(counts, counter.LINES),
    by_type: countsOf(tables.error_types),
    by_user: countsOf(tables.users),
    by_course: countsOf(tables.courses),
    recent_errors: recentErrors(recent),
    by_operation: countsOf(tables.operations),
    fingerprints: errorGroups(tables.fingerprints),
    distinct_fingerprints: tables.fingerprints?.groups.size ?? 0,
  }
}

export function progressReport(counts: StreamCounts, zone: string): ProgressReport {
  const newest = valuesOf(counts.tables.tasks)
    .sort((a, b) => b.last_ms - a.last_ms || (a.key < b.key ? -1 : 1))
    .slice(0, MAX_TASKS)
  const tasks = newest.map(({ key, lines, amount, extra, first_ms, last_ms }): [string, TaskProgress] => [
    redactText(key),
    {
      entries: lines,
      last_percent: amount < 0 ? null : amount,
      elapsed_ms: extra < 0 ? null : extra,
      first_seen: isoTime(first_ms),
      last_seen: isoTime(last_ms),
    },
  ])
  return {
    ...streamReport(counts, zone),
    total_entries: valueOf(counts, counter.LINES),
    tasks: Object.fromEntries(tasks),
  }
}

function streamReport(counts: StreamCounts, zone: string): StreamReport {
  const { tables, histogram, quarters } = counts
  const lines = valueOf(counts, counter.LINES)
  const levels = LOG_LEVELS.map(
    (level, rank) => [level, valueOf(counts, counter.FIRST_LEVEL + rank)] as const,
  )
  return {
    levels: Object.fromEntries(levels) as Record<LogLevel, number>,
    by_event: countsOf(tables.events),
    duration: durationSummary({
      count: valueOf(counts, counter.TIMED),
      total_ms: valueOf(counts, counter.TOTAL_MS),
      min_ms: valueOf(counts, counter.MIN_MS),
      max_ms: valueOf(counts, counter.MAX_MS),
      histogram,
    }),
    groups: {
      users: groupsOf(tables.users, lines),
      courses: groupsOf(tables.courses, lines),
      tasks: groupsOf(tables.tasks, lines),
    },
    by_hour: hoursOf(quarters, zone),
    by_day: daysOf(quarters, zone),
  }
}

/** The tasks whose sync ended, each with the duration of the sync as its longest. */
function ended(tasks: GroupTable | undefined): GroupTable {
  const groups = new Map<string, GroupCount>()
  for (const [key, group] of tasks?.groups ?? []) {
    if ((group.flags & ENDED) !== 0 && group.extra > 0) groups.set(key, { ...group, max_ms: group.extra })
  }
  return { groups, refused_lines: 0 }
}

function mostFirst(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a))
}

function valuesOf(table: GroupTable | undefined): GroupCount[] {
  return [...(table?.groups.values() ?? [])]
}

function valueOf({ counters }: StreamCounts, number: number): number {
  return counters[number] ?? 0
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? rounded(value) : null
}
