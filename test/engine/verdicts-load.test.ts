import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertCourseFailed,
  assertNothingPersonal,
  assertUnharmed,
  assertVerdict,
} from './support/assert-verdict.ts'
import { engineWorld } from './support/engine-world.ts'

const COMPLETED = { status: 'completed', error_type: null, message: null } as const

for (const status of [429, 403] as const) {
  test(`#3 throttling with ${status} is waited out and counted, and is no missing permission`, async (t) => {
    const world = await engineWorld(t)
    const { faults } = world.simulator
    const [course_id = ''] = world.course_ids
    faults.add({
      when: { course_id, path: '/api/v1/courses/*/assignments', times: 2 },
      fault: { kind: `throttled_${status}` },
    })
    const run = await world.sync()
    assertVerdict(run, { ...COMPLETED, outcomes: { completed: 6 } })
    const { rate_limit_hits, throttle_wait_ms, calls_failed } = run.record.api_metrics
    assert.deepEqual([rate_limit_hits, calls_failed], [2, 2])
    assert.ok(throttle_wait_ms >= 10_000)
    assert.ok(world.clock.monotonic() >= 15_000, 'it really waited')
    const calls = run.lines('api_calls', 'api_call').filter((call) => call['error_type'] !== null)
    assert.deepEqual(
      calls.map((call) => [call['status'], call['error_type'], call['will_retry']]),
      [
        [status, 'throttled', true],
        [status, 'throttled', true],
      ],
    )
    for (const line of run.lines('api_calls', 'api_throttled')) {
      assert.equal(line['status'], status)
      assert.ok(Number(line['wait_ms']) >= 5000)
      assert.match(String(line['message']), /^Canvas throttles: waiting \d+ ms\.$/)
    }
    assertNothingPersonal(world)

    faults.clear()
    faults.add({
      when: { course_id, path: '/api/v1/courses/*/assignments' },
      fault: { kind: `throttled_${status}` },
    })
    const before = world.everything()
    const given_up = await world.sync()
    assertVerdict(given_up, {
      status: 'partial',
      error_type: 'throttled',
      message: `1 of 6 courses failed: throttled (course ${course_id}).`,
      outcomes: { completed: 4, frozen: 1, failed: 1 },
    })
    assertCourseFailed(given_up, course_id, {
      error_type: 'throttled',
      message: `Canvas refused the call because of its rate limit (status ${status}).`,
    })
    assertUnharmed(world, before)
  })
}

test('#4 a busy token refused with 403 and 18.49 remaining is throttled, beside a course that is really forbidden', async (t) => {
  const world = await engineWorld(t)
  const { faults } = world.simulator
  const [course_id = '', forbidden_id = ''] = world.course_ids
  faults.add(
    { when: { course_id: forbidden_id }, fault: { kind: 'status', status: 403 } },
    {
      when: { path: '/api/v1/courses/**', every: 6 },
      fault: {
        kind: 'status',
        status: 403,
        form: 'text',
        message: '403 Forbidden (Rate Limit Exceeded)',
        headers: { 'X-Rate-Limit-Remaining': '18.49' },
      },
    },
  )
  const run = await world.sync()
  assertVerdict(run, {
    status: 'partial',
    error_type: 'forbidden',
    message: `1 of 6 courses failed: forbidden (course ${forbidden_id}).`,
    outcomes: { completed: 5, forbidden: 1 },
  })
  assert.equal(run.outcome(course_id).outcome, 'completed')
  const refused = run.lines('api_calls', 'api_throttled')
  assert.ok(refused.length >= 4)
  assert.equal(run.record.api_metrics.rate_limit_hits, refused.length)
  assert.equal(run.record.api_metrics.rate_limit_remaining_min, 18.49)
  for (const line of refused) {
    assert.deepEqual([line['status'], line['rate_limit_remaining']], [403, 18.49])
    assert.ok(Number(line['wait_ms']) > 0)
  }
  const forbidden = run.lines('api_calls').filter((call) => call['error_type'] === 'forbidden')
  assert.deepEqual(
    forbidden.map((call) => call['course_id']),
    [forbidden_id],
  )
  assert.equal(run.lines('errors', 'course_failed').length, 1)
  assertNothingPersonal(world)
})

test('#8 submissions of a big course that time out at the load balancer are read with smaller pages', async (t) => {
  let big = ''
  const world = await engineWorld(t, {
    row_work_ms: ({ path }) => (path === `/api/v1/courses/${big}/students/submissions` ? 1500 : 1),
  })
  big = world.largest_course_id
  const run = await world.sync()
  assertVerdict(run, { ...COMPLETED, outcomes: { completed: 6 } })
  const truth = [...world.simulator.university.truth.submissions(big)]
  const stored = world.rows('submissions', `course_id = '${big}'`)
  assert.deepEqual([...stored.keys()], truth.map((row) => String(row['id'])).sort())
  assert.equal(run.outcome(big).entities.submissions?.processed, truth.length)
  assert.deepEqual(
    run
      .lines('operations', 'page_size_reduced')
      .map((line) => [line['course_id'], line['entity'], line['per_page']]),
    [
      [big, 'submissions', 50],
      [big, 'submissions', 20],
    ],
  )
  const timeouts = run.lines('api_calls').filter((call) => call['status'] === 504)
  assert.ok(timeouts.length >= 2)
  assert.ok(timeouts.every((call) => call['error_type'] === 'edge_error' && call['course_id'] === big))
  assert.deepEqual(run.lines('errors'), [])
  assertNothingPersonal(world)
})

test('#9 a call that times out and then succeeds leaves the sync completed and shows in the api_calls log', async (t) => {
  const world = await engineWorld(t)
  const [course_id = ''] = world.course_ids
  const when = { course_id, path: '/api/v1/courses/*/sections', nth: 1 }
  world.simulator.faults.add(
    { when, fault: { kind: 'mutate', mutate: () => world.clock.advance(70_000) } },
    { when, fault: { kind: 'hang' } },
  )
  const run = await world.sync()
  assertVerdict(run, { ...COMPLETED, outcomes: { completed: 6 } })
  assert.equal(run.record.api_metrics.calls_failed, 1)
  const path = `/api/v1/courses/${course_id}/sections`
  const calls = run.lines('api_calls').filter((call) => call['endpoint'] === path)
  assert.deepEqual(
    calls.map((call) => [call['attempt'], call['status'], call['error_type'], call['will_retry']]),
    [
      [1, null, 'timeout', true],
      [2, 200, null, undefined],
    ],
  )
  assert.equal(calls[0]?.['level'], 'WARNING')
  assert.ok(Number(calls[0]['duration_ms']) >= 70_000)
  assert.deepEqual(run.lines('errors'), [])
  assertNothingPersonal(world)
})

test('#10 one course that always answers 504 fails alone, is named, and is read first the next time', async (t) => {
  const world = await engineWorld(t)
  const { faults } = world.simulator
  await world.sync()
  const before = world.everything()
  const course_id = world.course_ids[3] ?? ''
  faults.add({ when: { course_id, path: '/api/v1/courses/*/assignments' }, fault: { kind: 'edge_504' } })

  const run = await world.sync()
  assertVerdict(run, {
    status: 'partial',
    error_type: 'edge_error',
    message: `1 of 6 courses failed: edge_error (course ${course_id}).`,
    outcomes: { completed: 4, frozen: 1, failed: 1 },
  })
  const line = assertCourseFailed(run, course_id, { error_type: 'edge_error', message: /status 504\.$/ })
  assert.equal(line['origin'], 'edge')
  assert.match(String(line['next_step']), /not from Canvas: run the sync again/)
  assertUnharmed(world, before)
  assertNothingPersonal(world)

  faults.clear()
  const next = await world.sync()
  assert.equal(next.record.sync_status, 'completed')
  const [first] = next.lines('operations', 'course_finished')
  assert.equal(first?.['course_id'], course_id)
})
