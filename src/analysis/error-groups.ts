import { createHash } from 'node:crypto'
import { parseLogLine } from '../logs/reading/parse-line.ts'
import { redactText } from '../logs/redact.ts'
import { isoTime } from './groups.ts'
import type { RecentLine } from './kernel/kernel.ts'
import type { GroupTable } from './merge-dumps.ts'
import type { ErrorExample, ErrorGroup } from './report.ts'

const MAX_GROUPS = 100
const MAX_RECENT = 10
const SEPARATOR = '\u001f'

/** The most frequent first. */
export function errorGroups(table: GroupTable | undefined): ErrorGroup[] {
  const groups = [...(table?.groups.values() ?? [])]
  return groups
    .sort((a, b) => b.lines - a.lines || (a.key < b.key ? -1 : 1))
    .slice(0, MAX_GROUPS)
    .map(({ key, lines, first_ms, last_ms, example }) => {
      const [error_type = '', operation = '', pattern = ''] = key.split(SEPARATOR)
      return {
        fingerprint: createHash('sha256').update(key).digest('hex').slice(0, 12),
        error_type: error_type === '' ? null : redactText(error_type),
        operation: operation === '' ? null : redactText(operation),
        pattern: redactText(pattern),
        count: lines,
        first_seen: isoTime(first_ms),
        last_seen: isoTime(last_ms),
        example: (example === null ? undefined : exampleOf(example)) ?? patternAsExample(key, first_ms),
      }
    })
}

/** Newest first; copies are told once. */
export function recentErrors(lines: readonly RecentLine[]): ErrorExample[] {
  const unique = new Map(lines.map((recent) => [identityOf(recent.line), recent]))
  return [...unique.values()]
    .sort((a, b) => b.time_ms - a.time_ms)
    .slice(0, MAX_RECENT)
    .flatMap(({ line }) => exampleOf(line) ?? [])
}

/** Lines of the earlier system have no identity: each counts. */
function identityOf(line: string): string {
  const entry = parseLogLine(line, 'errors')
  return entry?.writer == null ? line : `${entry.writer} ${entry.seq} ${entry.timestamp_ms}`
}

/** For a group whose lines were too long to keep one. */
function patternAsExample(key: string, first_ms: number): ErrorExample {
  const [error_type = '', operation = '', pattern = ''] = key.split(SEPARATOR)
  return {
    timestamp: isoTime(first_ms),
    task_id: null,
    user_id: null,
    course_id: null,
    error_type: error_type === '' ? null : redactText(error_type),
    operation: operation === '' ? null : redactText(operation),
    message: redactText(pattern),
  }
}

function exampleOf(line: string): ErrorExample | undefined {
  const entry = parseLogLine(line, 'errors')
  if (!entry) return undefined
  const { timestamp_ms, task_id, user_id, fields, message } = entry
  const text = (name: string): string | null => {
    const value = fields[name]
    return value === undefined || value === null ? null : redactText(String(value))
  }
  return {
    timestamp: isoTime(timestamp_ms),
    task_id: task_id === null ? null : redactText(task_id),
    user_id: typeof user_id === 'string' ? redactText(user_id) : user_id,
    course_id: text('course_id'),
    error_type: text('error_type'),
    operation: text('operation'),
    message: redactText(message),
  }
}
