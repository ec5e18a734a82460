import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Simulator } from '../../src/simulator/index.ts'
import { assertNoStack } from './support/assert-explained.ts'
import { parseSyncRecord } from './support/assert-sync-record.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

const ASSIGNMENT_GROUPS = '/api/v1/courses/*/assignment_groups'

const courseIds = (simulator: Simulator): string[] =>
  [...simulator.university.truth.courses()].map((course) => String(course['id']))

suite('exit codes of a sync', { concurrency: 3 }, () => {
  test('0 completed: one JSON object with every field of the record, equal to the row', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    const result = await place.run(
      place.syncArguments('--json', '--task-id', 'nightly-1', '--user-id', '42', '--trigger', 'cron'),
    )
    assert.equal(result.code, 0, result.stderr)
    const record = parseSyncRecord(result.stdout)
    assert.equal(record.sync_status, 'completed')
    assert.equal(record.sync_task_id, 'nightly-1')
    assert.equal(record.user_id, 42)
    assert.equal(record.error_message, null)
    assert.equal(record.courses.processed, courseIds(simulator).length)
    assert.equal(record.api_metrics.calls_made, simulator.stats.requests_total)
    const [row] = place.rows('select * from canvas_sync_metrics')
    assert.equal(row?.['sync_status'], 'completed')
    assert.equal(row['api_calls_made'], record.api_metrics.calls_made)
    assert.equal(row['submissions_processed'], record.submissions.processed)
    assert.equal(place.rows('select id from canvas_courses').length, record.courses.created)
    assert.equal(place.rows('select id from canvas_submissions').length, record.submissions.created)
  })

  test('1 failed: every course refused', async () => {
    const simulator = await smallCanvas()
    simulator.faults.add({
      when: { path: '/api/v1/courses/*/**' },
      fault: { kind: 'status', status: 403, form: 'errors_array' },
    })
    const place = new WorkPlace(simulator)
    const result = await place.run(place.syncArguments('--json'))
    assert.equal(result.code, 1, result.stderr)
    const record = parseSyncRecord(result.stdout)
    assert.equal(record.sync_status, 'failed')
    assert.equal(record.error_type, 'forbidden')
    assertNoStack(result)
  })

  test('3 partial: one course refused, and stderr says which', async () => {
    const simulator = await smallCanvas()
    const [refused = ''] = courseIds(simulator)
    simulator.faults.add({
      when: { path: `/api/v1/courses/${refused}/*` },
      fault: { kind: 'status', status: 403, form: 'errors_array' },
    })
    const place = new WorkPlace(simulator)
    const result = await place.run(place.syncArguments('--json'))
    assert.equal(result.code, 3, result.stderr)
    const record = parseSyncRecord(result.stdout)
    assert.equal(record.sync_status, 'partial')
    assert.ok(record.error_message?.includes(refused), String(record.error_message))
    assert.ok(result.stderr.includes(`◐ partial: ${record.error_message}`), result.stderr)
    const shown = await place.run(['syncs', 'show', String(record.id), '--json'])
    assert.equal(shown.code, 3)
    const { course_outcomes } = JSON.parse(shown.stdout) as {
      course_outcomes: { course_id: string; outcome: string }[]
    }
    assert.equal(course_outcomes.find(({ course_id }) => course_id === refused)?.outcome, 'forbidden')
  })

  test('4 the token is the cause: revoked before the sync', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    simulator.tokens.revoke(simulator.tokens.teacher)
    const result = await place.run(place.syncArguments('--json'))
    assert.equal(result.code, 4, result.stderr)
    assert.equal(parseSyncRecord(result.stdout)['error_type'], 'token_revoked')
    assert.ok(!(result.stdout + result.stderr).includes(simulator.tokens.teacher))
  })

  test('4 whatever the status: revoked when a course was read already', async () => {
    const simulator = await smallCanvas({ size: { students: 12, courses: 6, teachers: 1 } })
    simulator.faults.add({ when: { path: ASSIGNMENT_GROUPS, nth: 6 }, fault: { kind: 'revoke_token' } })
    const place = new WorkPlace(simulator)
    const result = await place.run(place.syncArguments('--json'))
    assert.equal(result.code, 4, result.stderr)
    const record = parseSyncRecord(result.stdout)
    assert.equal(record.error_type, 'token_revoked')
    assert.match(result.stderr, /put it in the token file/)
    assert.ok(place.rows('select id from canvas_courses').length > 0)
  })

  test('without --json stdout tells people the same, and stderr only the progress', async () => {
    const place = new WorkPlace(await smallCanvas())
    const result = await place.run(place.syncArguments())
    assert.equal(result.code, 0, result.stderr)
    assert.match(result.stdout, /^✔ completed in .* sync 1 \(/)
    assert.match(result.stdout, /^ {2}courses {6}2 read, 2 new, 0 changed$/m)
    assert.match(result.stderr, /^2 courses to read\.\n\[1\/2\] completed {2}course \d+ .*\n\[2\/2\] .*\n$/)
  })

  test('the token is taken from standard input and from the environment, too', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    const from_input = await place.run(
      ['sync', '--base-url', simulator.base_url, '--token-file', '-', '--quiet'],
      { input: `${simulator.tokens.teacher}\n` },
    )
    assert.equal(from_input.code, 0, from_input.stderr)
    const environment = {
      CANVAS_BASE_URL: simulator.base_url,
      CANVAS_ACCESS_TOKEN: simulator.tokens.teacher,
    }
    const from_environment = await place.run(['sync', '--quiet'], { environment })
    assert.equal(from_environment.code, 0, from_environment.stderr)
  })
})
