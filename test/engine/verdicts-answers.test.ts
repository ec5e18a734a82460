import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertCourseFailed,
  assertErrorLine,
  assertNothingPersonal,
  assertUnharmed,
  assertVerdict,
} from './support/assert-verdict.ts'
import { engineWorld } from './support/engine-world.ts'

test('#2 a sign-in page instead of courses fails the sync as not_json, and "0 courses" is never success', async (t) => {
  const world = await engineWorld(t)
  const { faults } = world.simulator
  await world.sync()
  const before = world.everything()

  faults.add({ when: { path: '/api/v1/accounts/self/courses' }, fault: { kind: 'html_200' } })
  const run = await world.sync()
  assertVerdict(run, {
    status: 'failed',
    error_type: 'not_json',
    message: 'The answer with status 200 is not JSON but a page for people.',
    outcomes: {},
  })
  const calls = run.lines('api_calls').filter((call) => call['error_type'] === 'not_json')
  assert.deepEqual(
    calls.map((call) => [call['status'], call['attempt'], call['will_retry']]),
    [
      [200, 1, true],
      [200, 2, true],
      [200, 3, false],
    ],
  )
  assert.equal(run.record.api_metrics.calls_failed, 3)
  assert.equal(run.lines('errors', 'sync_failed')[0]?.['origin'], 'edge')

  faults.clear()
  faults.add({ when: { path: '/api/v1/accounts/self/courses' }, fault: { kind: 'empty_list' } })
  const empty = await world.sync()
  assertVerdict(empty, {
    status: 'failed',
    error_type: 'unexpected_empty',
    message: 'Canvas showed no courses, although there were 6 before; nothing was deleted.',
    outcomes: {},
  })
  assert.match(String(empty.lines('errors', 'sync_failed')[0]?.['next_step']), /--accept-deletions/)
  await world.sync()
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})

test("#2 an administrator's first sync of no courses is completed but warns and tells of --account", async (t) => {
  const world = await engineWorld(t)
  const run = await world.sync({ account: null })
  assertVerdict(run, { status: 'completed', error_type: null, message: null, outcomes: {} })
  const [warning] = run.lines('operations', 'no_courses')
  assert.equal(warning?.['level'], 'WARNING')
  assert.equal(warning['message'], "Canvas lists no courses for the token's owner, so nothing was read.")
  assert.match(String(warning['next_step']), /--account/)
})

test('#5 a bookmark that leads back to a page already read ends that list as pagination_loop, not in an endless loop', async (t) => {
  const world = await engineWorld(t, { max_per_page: 10 })
  const { faults } = world.simulator
  await world.sync()
  const before = world.everything()
  for (const how of ['self', 'undecodable'] as const) {
    const [course_id = ''] = world.course_ids
    faults.clear()
    faults.add({
      when: { course_id, path: '/api/v1/courses/*/enrollments' },
      fault: { kind: 'repeat_page', how },
    })
    const run = await world.sync()
    assertVerdict(run, {
      status: 'partial',
      error_type: 'pagination_loop',
      message: `1 of 6 courses failed: pagination_loop (course ${course_id}).`,
      outcomes: { completed: 4, frozen: 1, failed: 1 },
    })
    const line = assertCourseFailed(run, course_id, {
      error_type: 'pagination_loop',
      message: /^Page [12] (points back to a page already read|holds the same rows as a page before it)\.$/,
    })
    assert.match(String(line['next_step']), /^Canvas sent the same page again/)
    const pages = run.lines('api_calls').filter((call) => call['endpoint'] === line['endpoint'])
    assert.ok(pages.length <= 2, 'it stops at the first repetition')
  }
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})

test('#6 a full page without a Link header is contract, never the first page taken for all', async (t) => {
  const world = await engineWorld(t)
  await world.sync()
  const before = world.everything()
  const course_id = world.largest_course_id
  const path = `/api/v1/courses/${course_id}/students/submissions`
  world.simulator.faults.add({ when: { path }, fault: { kind: 'drop_link_header' } })

  const run = await world.sync({ full: true })
  assertVerdict(run, {
    status: 'partial',
    error_type: 'contract',
    message: `1 of 6 courses failed: contract (course ${course_id}).`,
    outcomes: { completed: 4, frozen: 1, failed: 1 },
  })
  const line = assertCourseFailed(run, course_id, {
    error_type: 'contract',
    // Canvas filters this list after paging: the page need not be full to have a next one.
    message: /^A (full )?page came without a Link header: the list may be cut\.$/,
  })
  assert.match(String(line['next_step']), /proxy that removes the Link header/)
  assert.equal(line['endpoint'], path)
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})

test('#6 a list of courses without a Link header fails the sync before any course is read', async (t) => {
  const size = { courses: 101, students: 10, assignments_per_course: 1, sections_per_course: 1 }
  const world = await engineWorld(t, { size })
  world.simulator.faults.add({
    when: { path: '/api/v1/accounts/self/courses' },
    fault: { kind: 'drop_link_header' },
  })
  const run = await world.sync({ syncType: 'courses' })
  assertVerdict(run, {
    status: 'failed',
    error_type: 'contract',
    message: 'A full page came without a Link header: the list may be cut.',
    outcomes: {},
  })
  assert.equal(run.lines('api_calls').length, 2)
})

test('#7 a row that a list shows twice is stored once and counted as a duplicate', async (t) => {
  const world = await engineWorld(t, { max_per_page: 10 })
  const { faults, university } = world.simulator
  const [course_id = ''] = world.course_ids
  const student = [...university.truth.enrollments(course_id)].find(
    (row) => row['type'] === 'StudentEnrollment',
  )
  university.crossEnroll({ course_id, user_id: String(student?.['user_id']) })
  faults.add({
    when: { course_id, path: '/api/v1/courses/*/enrollments' },
    fault: { kind: 'duplicate_rows', count: 2 },
  })

  const run = await world.sync()
  assertVerdict(run, { status: 'completed', error_type: null, message: null, outcomes: { completed: 6 } })
  const states = ['active', 'invited', 'creation_pending', 'completed', 'inactive']
  const truth = [...university.truth.enrollments(course_id, { states })]
  const stored = world.rows('enrollments', `course_id = '${course_id}'`)
  assert.deepEqual([...stored.keys()], truth.map((row) => String(row['id'])).sort())
  const of_student = [...stored.values()].filter(
    ({ data }) => (JSON.parse(data) as { user_id: string }).user_id === student?.['user_id'],
  )
  assert.ok(of_student.length >= 2, 'both sections of the student are there')
  const counts = run.outcome(course_id).entities.enrollments
  const pages = Math.ceil(truth.length / 10)
  assert.equal(counts?.processed, truth.length)
  assert.equal(counts?.duplicates, pages * 2, 'reading the list a second time makes no duplicates')
  assertNothingPersonal(world)
})

test('#14 an id that arrives as a rounded number is refused as contract before it can be stored', async (t) => {
  const world = await engineWorld(t)
  const { faults, university } = world.simulator
  await world.sync()
  const before = world.everything()
  for (const course of university.truth.courses()) {
    const id = String(course['id'])
    assert.ok(BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER))
    assert.ok(world.rows('courses').has(id), 'ids are stored exactly')
  }
  const [course_id = ''] = world.course_ids
  faults.add({ when: { course_id, path: '/api/v1/courses/*/sections' }, fault: { kind: 'numeric_ids' } })

  const run = await world.sync()
  assertVerdict(run, {
    status: 'partial',
    error_type: 'contract',
    message: `1 of 6 courses failed: contract (course ${course_id}).`,
    outcomes: { completed: 4, frozen: 1, failed: 1 },
  })
  const line = assertCourseFailed(run, course_id, {
    error_type: 'contract',
    message: 'An id arrived as a rounded number: string ids were not honoured.',
  })
  assert.match(String(line['next_step']), /proxy that removes the Accept header/)
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})

test('#18 a 500 of Canvas is tried again, then told with status, endpoint, request id and error report id', async (t) => {
  const world = await engineWorld(t)
  const { faults, requests } = world.simulator
  await world.sync()
  const before = world.everything()
  const [course_id = ''] = world.course_ids
  const path = `/api/v1/courses/${course_id}/assignment_groups`
  faults.add({ when: { path }, fault: { kind: 'canvas_500' } })

  const run = await world.sync()
  assertVerdict(run, {
    status: 'partial',
    error_type: 'canvas_error',
    message: `1 of 6 courses failed: canvas_error (course ${course_id}).`,
    outcomes: { completed: 4, frozen: 1, failed: 1 },
  })
  const line = assertCourseFailed(run, course_id, {
    error_type: 'canvas_error',
    message: 'Canvas failed with status 500.',
  })
  const calls = run.lines('api_calls').filter((call) => call['endpoint'] === path)
  assert.deepEqual(
    calls.map((call) => [call['status'], call['attempt'], call['will_retry']]),
    [1, 2, 3, 4].map((attempt) => [500, attempt, attempt < 4]),
  )
  assert.equal(line['status'], 500)
  assert.equal(line['endpoint'], path)
  assert.equal(line['error_report_id'], '81233407')
  assert.equal(line['request_id'], calls.at(-1)?.['request_id'])
  assert.equal(line['origin'], 'canvas')
  assertErrorLine(line, 'canvas_error', 'Canvas failed with status 500.')
  const names = new Set(requests.flatMap(({ query }) => query.map(([name]) => name)))
  assert.ok(names.has('include[]'))
  assert.ok(![...names].some((name) => /\[\d/.test(name)), 'no include[0], which Canvas answers with 500')
  assertUnharmed(world, before)
  assertNothingPersonal(world)
})
