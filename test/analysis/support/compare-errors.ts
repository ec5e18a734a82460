import { isDeepStrictEqual } from 'node:util'
import type { ErrorExample, ErrorsReport, ProgressReport } from '../../../src/analysis/report.ts'
import { isoTime } from './compare-stream.ts'
import type { Differences } from './differences.ts'
import type { ExpectedReport } from './expected-report.ts'
import type { WorldLine } from './log-world.ts'

const RECENT = 10
const MOST_FINGERPRINTS = 100
const MOST_TASKS = 100

export function compareErrors(expected: ExpectedReport, got: ErrorsReport, differences: Differences): void {
  const { lines } = expected.streams.errors
  const newest = lines.toSorted((a, b) => b.timestamp_ms - a.timestamp_ms)
  const recent = got.recent_errors
  differences.same('errors.recent_errors.length', Math.min(RECENT, lines.length), recent.length)
  for (const [number, error] of recent.entries()) {
    const here = `errors.recent_errors[${number}]`
    differences.same(`${here}.timestamp`, isoTime(newest[number]?.timestamp_ms ?? null), error.timestamp)
    compareExample(here, lines, error, differences)
  }
  compareFingerprints(expected, got, lines, differences)
}

function compareFingerprints(
  expected: ExpectedReport,
  got: ErrorsReport,
  lines: readonly WorldLine[],
  differences: Differences,
): void {
  const listed = got.fingerprints
  const kinds = expected.fingerprints
  differences.same('errors.distinct_fingerprints', kinds.length, got.distinct_fingerprints)
  differences.same('errors.fingerprints.length', Math.min(MOST_FINGERPRINTS, kinds.length), listed.length)
  const ids = new Set(listed.map((group) => group.fingerprint))
  differences.same('errors.fingerprints, different ids', listed.length, ids.size)
  differences.descending('errors.fingerprints', listed.map((group) => group.count)) // prettier-ignore
  const describe = (kind: readonly unknown[]): string => JSON.stringify(kind)
  const known = new Set(
    kinds.map((kind) =>
      describe([kind.error_type, kind.operation, kind.count, isoTime(kind.first_ms), isoTime(kind.last_ms)]),
    ),
  )
  for (const {
    fingerprint,
    error_type,
    operation,
    count,
    first_seen,
    last_seen,
    example,
    pattern,
  } of listed) {
    const here = `errors.fingerprints[${fingerprint}] ${pattern}`
    differences.holds(here, /^[\da-f]{12}$/.test(fingerprint), 'not 12 hexadecimal digits')
    const kind = describe([error_type, operation, count, first_seen, last_seen])
    differences.holds(here, known.has(kind), `${kind} is no group of this world`)
    compareExample(`${here}.example`, lines, example, differences)
    differences.same(`${here}.example.error_type`, error_type, example.error_type)
    differences.same(`${here}.example.operation`, operation, example.operation)
  }
}

/** It must be a line of the world, in all that it says. */
function compareExample(
  here: string,
  lines: readonly WorldLine[],
  got: ErrorExample,
  differences: Differences,
): void {
  const wanted = lines
    .filter((line) => isoTime(line.timestamp_ms) === got.timestamp)
    .map(({ task_id, user_id, fields, message }) => ({
      timestamp: got.timestamp,
      task_id,
      user_id,
      course_id: fields['course_id'] ?? null,
      error_type: fields['error_type'] ?? null,
      operation: fields['operation'] ?? null,
      message,
    }))
  const is_one = wanted.some((line) => isDeepStrictEqual(line, { ...got }))
  differences.holds(here, is_one, `${JSON.stringify(got)} is none of ${JSON.stringify(wanted)}`)
}

export function compareProgress(
  expected: ExpectedReport,
  got: ProgressReport,
  differences: Differences,
): void {
  const by_task = Map.groupBy(expected.streams.progress.lines, (line) => line.task_id)
  by_task.delete(null)
  const names = Object.keys(got.tasks)
  differences.same('progress.tasks, how many', Math.min(MOST_TASKS, by_task.size), names.length)
  let oldest_ms = Infinity
  for (const task_id of names) {
    const entries = by_task.get(task_id)?.toSorted((a, b) => a.timestamp_ms - b.timestamp_ms) ?? []
    const task = got.tasks[task_id]
    const last = entries.at(-1)
    const here = `progress.tasks[${JSON.stringify(task_id)}]`
    oldest_ms = Math.min(oldest_ms, last?.timestamp_ms ?? -Infinity)
    differences.same(`${here}.entries`, entries.length, task?.entries)
    differences.same(`${here}.first_seen`, isoTime(entries[0]?.timestamp_ms ?? null), task?.first_seen)
    differences.same(`${here}.last_seen`, isoTime(last?.timestamp_ms ?? null), task?.last_seen)
    // Of several in the same second any may be the last.
    const newest = entries.filter((entry) => entry.timestamp_ms === last?.timestamp_ms)
    const of_newest = (name: string, value: unknown): void => {
      const values = newest.map(({ fields }) => fields[name] ?? null)
      differences.holds(
        `${here}.${name}`,
        values.includes(value as number),
        `got ${String(value)}, not one of ${values.join(', ')}`,
      )
    }
    of_newest('percent', task?.last_percent)
    of_newest('elapsed_ms', task?.elapsed_ms)
  }
  for (const [task_id, entries] of by_task) {
    const is_newer = entries.some((entry) => entry.timestamp_ms > oldest_ms)
    const is_missing = is_newer && task_id !== null && !Object.hasOwn(got.tasks, task_id)
    differences.holds('progress.tasks', !is_missing, `${task_id} has newer entries and is not in it`)
  }
}
