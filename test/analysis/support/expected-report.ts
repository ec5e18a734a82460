import type { LogForm } from '../../../src/core/log-entry.ts'
import { LOG_STREAMS, type LogStream } from '../../../src/core/log-event.ts'
import {
  countBy,
  durationOf,
  expectedStream,
  groupBy,
  isCall,
  isEnd,
  isFailed,
  isThrottled,
  type ExpectedGroup,
  type ExpectedStream,
} from './expected-stream.ts'
import type { LogWorld, WorldLine } from './log-world.ts'

/** `since_ms` ≤ time < `until_ms`. */
export interface WorldRange {
  readonly since_ms?: number
  readonly until_ms?: number
  readonly time_zone: string
}

export interface ExpectedReport {
  readonly total_lines: number
  readonly lines_by_form: Readonly<Record<LogForm, number>>
  readonly first_ms: number | null
  readonly last_ms: number | null
  readonly streams: Readonly<Record<LogStream, ExpectedStream>>
  /** Numbers and counts that a report has under the same names. */
  readonly numbers: Readonly<Record<LogStream, Readonly<Record<string, number | null>>>>
  readonly counts: Readonly<Record<LogStream, Readonly<Record<string, ReadonlyMap<string, number>>>>>
  readonly groups: {
    readonly api_calls: Readonly<
      Record<'methods' | 'endpoints' | 'statuses', ReadonlyMap<string, ExpectedGroup>>
    >
    readonly database: Readonly<Record<'operations' | 'entities', ReadonlyMap<string, ExpectedGroup>>>
  }
  /** The durations of the syncs that ended, by task id. */
  readonly sync_durations: ReadonlyMap<string, number>
  readonly fingerprints: readonly ExpectedFingerprint[]
  readonly skipped: {
    readonly malformed_lines: number
    readonly blank_lines: number
    readonly duplicate_lines: number
    readonly out_of_range_lines: number
    /** In and out of the range. */
    readonly all_duplicate_lines: number
  }
}

export interface ExpectedFingerprint {
  readonly error_type: string | null
  readonly operation: string | null
  readonly count: number
  readonly first_ms: number
  readonly last_ms: number
}

export function inRange(line: WorldLine, { since_ms, until_ms }: Partial<WorldRange>): boolean {
  const { timestamp_ms } = line
  return timestamp_ms >= (since_ms ?? -Infinity) && timestamp_ms < (until_ms ?? Infinity)
}

/** What a report over a range of the world must say; see the sections below for what each figure means. */
export function expectedReport(world: LogWorld, range: WorldRange): ExpectedReport {
  const lines = world.lines.filter((line) => inRange(line, range))
  const of = (stream: LogStream): ExpectedStream => expectedStream(lines, stream, range.time_zone)
  const streams = Object.fromEntries(
    LOG_STREAMS.map((stream) => [stream, of(stream)]),
  ) as ExpectedReport['streams']
  const calls = streams.api_calls.lines.filter(isCall)
  const database = streams.database.lines
  const by_form = countBy(lines, (line) => line.form)
  const count = (form: LogForm): number => by_form.get(form) ?? 0
  const times = lines.map((line) => line.timestamp_ms).sort((a, b) => a - b)
  return {
    total_lines: lines.length,
    lines_by_form: {
      json: count('json'),
      python_json: count('python_json'),
      python_text: count('python_text'),
      summary: count('summary'),
    },
    first_ms: times[0] ?? null,
    last_ms: times.at(-1) ?? null,
    streams,
    numbers: {
      operations: operationNumbers(streams.operations.lines),
      api_calls: callNumbers(calls),
      database: {
        total_operations: database.length,
        total_records_affected: sum(database, 'count'),
        batch_operations: database.filter((line) => line.fields['batch'] === true).length,
      },
      errors: { total_errors: streams.errors.lines.length },
      progress: { total_entries: streams.progress.lines.length },
    },
    counts: expectedCounts(streams, calls),
    groups: {
      api_calls: {
        methods: groupBy(calls, (line) => line.fields['method']),
        endpoints: groupBy(calls, (line) => line.endpoint_pattern),
        statuses: groupBy(calls, (line) => line.fields['status']),
      },
      database: {
        operations: groupBy(database, (line) => line.fields['operation']),
        entities: groupBy(database, (line) => line.fields['entity']),
      },
    },
    sync_durations: syncDurations(streams.operations.lines),
    fingerprints: expectedFingerprints(streams.errors.lines),
    skipped: {
      malformed_lines: world.malformed_lines,
      blank_lines: world.blank_lines,
      duplicate_lines: world.copied.filter((line) => inRange(line, range)).length,
      all_duplicate_lines: world.copied.length,
      out_of_range_lines: world.lines.length - lines.length,
    },
  }
}

function expectedCounts(
  streams: ExpectedReport['streams'],
  calls: readonly WorldLine[],
): ExpectedReport['counts'] {
  const field = (lines: readonly WorldLine[], name: string): Map<string, number> =>
    countBy(lines, (line) => line.fields[name])
  return {
    operations: {
      by_status: syncStatuses(streams.operations.lines),
      by_sync_type: field(streams.operations.lines, 'sync_type'),
    },
    api_calls: {
      by_method: field(calls, 'method'),
      by_endpoint: countBy(calls, (line) => line.endpoint_pattern),
      status_codes: field(calls, 'status'),
      error_types: field(calls, 'error_type'),
    },
    database: {
      by_operation: field(streams.database.lines, 'operation'),
      by_entity: field(streams.database.lines, 'entity'),
    },
    errors: {
      by_type: field(streams.errors.lines, 'error_type'),
      by_user: countBy(streams.errors.lines, (line) => line.user_id),
      by_course: field(streams.errors.lines, 'course_id'),
      by_operation: field(streams.errors.lines, 'operation'),
    },
    progress: {},
  }
}

/** `sync_tasks`: different task ids. Counts without a number are 1 for courses and 0 for assignments. */
function operationNumbers(lines: readonly WorldLine[]): Record<string, number> {
  const of = (event: string): WorldLine[] => lines.filter((line) => line.event === event)
  const courses = of('course_synced')
  return {
    total_lines: lines.length,
    sync_tasks: new Set(lines.map((line) => line.task_id).filter((id) => id !== null)).size,
    connections_tested: of('connection_tested').length,
    courses_processed:
      sum(courses, 'count') + courses.filter((line) => line.fields['count'] === undefined).length,
    assignments_synced: sum(of('assignments_synced'), 'count'),
    total_elapsed_time:
      sum(
        lines.filter((line) => isEnd(line)),
        'duration_ms',
      ) / 1000,
  }
}

/** Of every sync that ended in the range its status; `unfinished` are those that began in it and did not end. */
function syncStatuses(lines: readonly WorldLine[]): Map<string, number> {
  const ended = new Set<string | null>()
  for (const line of lines) if (isEnd(line)) ended.add(line.task_id)
  const statuses = countBy(lines.filter(isEnd), (line) => line.event?.replace('sync_', ''))
  const began = new Set(lines.filter((line) => line.event === 'sync_started').map((line) => line.task_id))
  const unfinished = [...began].filter((task_id) => !ended.has(task_id)).length
  if (unfinished > 0) statuses.set('unfinished', unfinished)
  return statuses
}

function syncDurations(lines: readonly WorldLine[]): Map<string, number> {
  const durations = new Map<string, number>()
  for (const line of lines) {
    const duration_ms = durationOf(line)
    if (line.task_id !== null && duration_ms !== null && isEnd(line)) durations.set(line.task_id, duration_ms)
  }
  return durations
}

/** A call that was not the first attempt worked in the end or did not; each attempt counts for itself. */
function callNumbers(calls: readonly WorldLine[]): Record<string, number | null> {
  const attempt = (line: WorldLine): number => Number(line.fields['attempt'] ?? 0)
  const retried = calls.filter((line) => attempt(line) > 1)
  const costs = calls.map((line) => line.fields['request_cost']).filter((cost) => typeof cost === 'number')
  const remaining = calls
    .map((line) => line.fields['rate_limit_remaining'])
    .filter((value) => typeof value === 'number')
  const cost_total = costs.reduce((total, cost) => total + cost, 0)
  return {
    total_calls: calls.length,
    total_duration_ms: sum(calls, 'duration_ms'),
    paginated_requests: calls.filter((line) => Number(line.fields['page'] ?? 0) >= 2).length,
    failed_calls: calls.filter(isFailed).length,
    total_items: sum(calls, 'items'),
    total_bytes: sum(calls, 'bytes'),
    'throttling.throttled_calls': calls.filter(isThrottled).length,
    'throttling.cost_total': cost_total,
    'throttling.cost_mean': costs.length === 0 ? null : cost_total / costs.length,
    'throttling.cost_max': costs.length === 0 ? null : Math.max(...costs),
    'throttling.rate_limit_remaining_min': remaining.length === 0 ? null : Math.min(...remaining),
    'retries.retried_calls': retried.length,
    'retries.recovered': retried.filter((line) => !isFailed(line)).length,
    'retries.still_failed': retried.filter(isFailed).length,
    'retries.max_attempt': calls.some((line) => attempt(line) > 0) ? Math.max(...calls.map(attempt)) : null,
  }
}

function expectedFingerprints(lines: readonly WorldLine[]): ExpectedFingerprint[] {
  const kinds = Map.groupBy(lines, ({ fields, template }) =>
    JSON.stringify([fields['error_type'] ?? null, fields['operation'] ?? null, template]),
  )
  return [...kinds].map(([kind, lines]) => {
    const [error_type, operation] = JSON.parse(kind) as [string | null, string | null]
    const times = lines.map((line) => line.timestamp_ms)
    return {
      error_type,
      operation,
      count: lines.length,
      first_ms: Math.min(...times),
      last_ms: Math.max(...times),
    }
  })
}

function sum(lines: readonly WorldLine[], name: string): number {
  let total = 0
  for (const { fields } of lines) if (typeof fields[name] === 'number') total += fields[name]
  return total
}
