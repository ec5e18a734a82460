import assert from 'node:assert/strict'
import type { SyncErrorType } from '../../../src/core/error-types.ts'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import type { CourseOutcomeStatus, SyncStatus } from '../../../src/core/sync-status.ts'
import type { EngineWorld, LogLine, StoredRow, SyncRun } from './engine-world.ts'

/** How often each outcome occurred: `{ completed: 5, failed: 1 }`. */
export function outcomeCounts(run: SyncRun): Partial<Record<CourseOutcomeStatus, number>> {
  const counts: Partial<Record<CourseOutcomeStatus, number>> = {}
  for (const { outcome } of run.outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

export interface ExpectedVerdict {
  readonly status: SyncStatus
  readonly error_type: SyncErrorType | null
  readonly message: string | RegExp | null
  readonly outcomes: Partial<Record<CourseOutcomeStatus, number>>
}

/** Asserts the record and its outcomes, and that the log ends with a line that says the same and what to do. */
export function assertVerdict(run: SyncRun, expected: ExpectedVerdict): void {
  const { record } = run
  const { status, error_type, message } = expected
  assert.deepEqual(
    { status: record.sync_status, error_type: record.error_type },
    { status, error_type },
    record.error_message ?? 'the sync completed',
  )
  if (message instanceof RegExp) assert.match(record.error_message ?? '', message)
  else assert.equal(record.error_message, message)
  assert.deepEqual(outcomeCounts(run), expected.outcomes)

  const last = run.lines('operations').at(-1)
  assert.equal(last?.['event'], `sync_${status}`)
  assert.equal(last['error_type'], error_type)
  assert.equal(last['level'], status === 'completed' ? 'INFO' : 'WARNING')
  const ended = run.lines('errors', `sync_${status}`)
  // What somebody asked for is no error.
  if (status === 'completed' || status === 'cancelled') assert.deepEqual(ended, [])
  else assertErrorLine(ended[0], error_type, record.error_message)
}

/** Asserts that a line of the errors stream names the type, and what to do next. */
export function assertErrorLine(
  line: LogLine | undefined,
  error_type: SyncErrorType | null,
  message: string | null,
): void {
  assert.equal(line?.['error_type'], error_type)
  assert.equal(line['message'], message)
  assert.equal(line['level'], 'ERROR')
  const step = line['next_step']
  assert.ok(typeof step === 'string' && step.endsWith('.'), 'an error line says what to do next')
}

/** Asserts that the course's failure is told as an outcome and as an error line; returns that line. */
export function assertCourseFailed(
  run: SyncRun,
  course_id: string,
  expected: { outcome?: 'failed' | 'forbidden'; error_type: SyncErrorType; message: string | RegExp },
): LogLine {
  const outcome = run.outcome(course_id)
  assert.equal(outcome.outcome, expected.outcome ?? 'failed')
  assert.equal(outcome.error_type, expected.error_type)
  if (expected.message instanceof RegExp) assert.match(outcome.error_message ?? '', expected.message)
  else assert.equal(outcome.error_message, expected.message)
  const line = run.lines('errors', 'course_failed').find((one) => one['course_id'] === course_id)
  assertErrorLine(line, expected.error_type, outcome.error_message)
  return line as LogLine
}

/** Asserts that every row that was there is there, unchanged and not marked deleted. */
export function assertUnharmed(world: EngineWorld, before: ReadonlyMap<string, StoredRow>): void {
  assert.ok(before.size > 0, 'there was something to harm')
  const now = world.everything()
  for (const [key, row] of before) {
    const found = now.get(key)
    assert.equal(found?.deleted_at, row.deleted_at, `${key} was deleted`)
    assert.ok(found.data === row.data, `${key} was changed`)
  }
}

/**
 * Asserts that no token, name, e-mail address, bookmark or rewritten file address is in any line, nor in any of
 * the monitor's own tables, and that no line lost a field that nobody allowed.
 */
export function assertNothingPersonal(world: EngineWorld): void {
  const lines = LOG_STREAMS.flatMap((stream) => world.logs.lines(stream))
  const tables = world.query(
    "select name from sqlite_schema where type = 'table' and name like 'canvas_sync_%'",
  )
  assert.ok(tables.length >= 5)
  const own = tables.flatMap(({ name }) => world.query(`select * from ${String(name)}`))
  const text = [...lines, ...own.map((row) => JSON.stringify(row))].join('\n')
  const personal = [...personalTexts(world)]
  assert.ok(personal.length > 40)
  for (const secret of personal) assert.ok(!text.includes(secret), `${secret} is in a log line or a row`)
  assert.doesNotMatch(text, /bookmark|@example\.edu|verifier=|access_token=|per_page=|Bearer /i)
  assert.equal(world.logs.health.fields_dropped, 0)
}

function personalTexts({ simulator, course_ids }: EngineWorld): Set<string> {
  const texts = new Set(simulator.tokens.list().map((token) => token.value))
  for (const course_id of course_ids) {
    for (const user of simulator.university.truth.users(course_id)) {
      texts.add(String(user['name'])).add(String(user['sortable_name']))
    }
  }
  return texts
}
