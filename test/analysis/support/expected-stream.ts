import type { LogLevel, LogStream } from '../../../src/core/log-event.ts'
import type { WorldLine } from './log-world.ts'

export interface ExpectedGroup {
  readonly key: string
  count: number
  failed: number
  readonly durations: number[]
  first_ms: number
  last_ms: number
}

export interface ExpectedDay {
  count: number
  failed: number
  throttled: number
  readonly durations: number[]
}

/** What every stream's part of a report must say. */
export interface ExpectedStream {
  readonly lines: readonly WorldLine[]
  readonly levels: Readonly<Record<LogLevel, number>>
  readonly by_event: ReadonlyMap<string, number>
  /** Of `operations`, those of the syncs that ended: a course and a connection test are no sync. */
  readonly durations: readonly number[]
  readonly users: ReadonlyMap<string, ExpectedGroup>
  readonly courses: ReadonlyMap<string, ExpectedGroup>
  readonly tasks: ReadonlyMap<string, ExpectedGroup>
  readonly by_hour: ReadonlyMap<number, { count: number; failed: number }>
  readonly by_day: ReadonlyMap<string, ExpectedDay>
}

/** A line of `api_calls` that tells of a call has a method; that of a wait (`api_throttled`) has none. */
export function isCall(line: WorldLine): boolean {
  return typeof line.fields['method'] === 'string'
}

const ENDS: ReadonlySet<string | null> = new Set([
  'sync_completed',
  'sync_partial',
  'sync_failed',
  'sync_cancelled',
])

/** Whether a line of `operations` tells of the end of a sync. */
export function isEnd(line: WorldLine): boolean {
  return ENDS.has(line.event)
}

/** Level ERROR, an error type, or a numeric status from 400. */
export function isFailed({ level, fields }: WorldLine): boolean {
  const { error_type, status } = fields
  return level === 'ERROR' || typeof error_type === 'string' || (typeof status === 'number' && status >= 400)
}

/** Status 429 (hosted Canvas), or what the client took for throttling (403 of a self-hosted one). A wait is not a call. */
export function isThrottled(line: WorldLine): boolean {
  const { status, error_type } = line.fields
  if (line.stream === 'api_calls' && !isCall(line)) return false
  return status === 429 || error_type === 'throttled'
}

export function durationOf({ fields }: WorldLine): number | null {
  return typeof fields['duration_ms'] === 'number' ? fields['duration_ms'] : null
}

/** How often each value occurs; lines without one are left out. */
export function countBy(
  lines: readonly WorldLine[],
  valueOf: (line: WorldLine) => string | number | boolean | null | undefined,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const value = valueOf(line)
    if (value != null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  }
  return counts
}

export function groupBy(
  lines: readonly WorldLine[],
  valueOf: (line: WorldLine) => string | number | boolean | null | undefined,
): Map<string, ExpectedGroup> {
  const groups = new Map<string, ExpectedGroup>()
  for (const line of lines) {
    const value = valueOf(line)
    if (value == null) continue
    const key = String(value)
    const time_ms = line.timestamp_ms
    const group = groups.get(key) ?? {
      key,
      count: 0,
      failed: 0,
      durations: [],
      first_ms: time_ms,
      last_ms: time_ms,
    }
    groups.set(key, group)
    group.count++
    if (isFailed(line)) group.failed++
    const duration_ms = durationOf(line)
    if (duration_ms !== null) group.durations.push(duration_ms)
    group.first_ms = Math.min(group.first_ms, time_ms)
    group.last_ms = Math.max(group.last_ms, time_ms)
  }
  return groups
}

export function expectedStream(
  all: readonly WorldLine[],
  stream: LogStream,
  time_zone: string,
): ExpectedStream {
  const lines = all.filter((line) => line.stream === stream)
  // A wait for Canvas's throttle is a line, but no call: it counts among the levels and events only.
  const counted = lines.filter((line) => stream !== 'api_calls' || isCall(line))
  const levels = { DEBUG: 0, INFO: 0, WARNING: 0, ERROR: 0 }
  const by_hour = new Map<number, { count: number; failed: number }>()
  const by_day = new Map<string, ExpectedDay>()
  const localTime = localTimeIn(time_zone)
  for (const { level } of lines) levels[level]++
  for (const line of counted) {
    const { day, hour } = localTime(line.timestamp_ms)
    const of_hour = by_hour.get(hour) ?? { count: 0, failed: 0 }
    const of_day = by_day.get(day) ?? { count: 0, failed: 0, throttled: 0, durations: [] }
    by_hour.set(hour, of_hour)
    by_day.set(day, of_day)
    of_hour.count++
    of_day.count++
    if (isFailed(line)) {
      of_hour.failed++
      of_day.failed++
    }
    if (isThrottled(line)) of_day.throttled++
    const duration_ms = durationOf(line)
    if (duration_ms !== null) of_day.durations.push(duration_ms)
  }
  return {
    lines,
    levels,
    by_event: countBy(lines, (line) => line.event),
    durations: lines
      .filter((line) => stream !== 'operations' || isEnd(line))
      .map(durationOf)
      .filter((duration_ms) => duration_ms !== null),
    users: groupBy(counted, (line) => line.user_id),
    courses: groupBy(counted, (line) => line.fields['course_id']),
    tasks: groupBy(counted, (line) => line.task_id),
    by_hour,
    by_day,
  }
}

/** By Node's own calendar, one line after the other. */
function localTimeIn(time_zone: string): (time_ms: number) => { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: time_zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  return (time_ms) => {
    const parts = new Map(format.formatToParts(time_ms).map(({ type, value }) => [type, value]))
    return {
      day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
      hour: Number(parts.get('hour')),
    }
  }
}
