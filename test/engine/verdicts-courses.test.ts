import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SYNCED_ENTITIES } from '../../src/core/synced-entity.ts'
import { tokenIsCause } from '../../src/engine/sync-engine.ts'
import {
  assertCourseFailed,
  assertNothingPersonal,
  assertUnharmed,
  assertVerdict,
} from './support/assert-verdict.ts'
import { engineWorld } from './support/engine-world.ts'

const CONTENTS = SYNCED_ENTITIES.filter((entity) => entity !== 'courses')
const COMPLETED = { status: 'completed', error_type: null, message: null } as const

for (const permission_status of [403, 401] as const) {
  test(`#11 a course refused with ${permission_status} is forbidden and partial, and the token is not blamed`, async (t) => {
    const world = await engineWorld(t, { permission_status })
    const { tokens } = world.simulator
    // The first teacher teaches the first course and not the second.
    const [own = '', foreign = ''] = world.course_ids
    const options = { token: tokens.teacher, account: null }
    const run = await world.sync({ ...options, courses: [own, foreign] })
    assertVerdict(run, {
      status: 'partial',
      error_type: 'forbidden',
      message: `1 of 2 courses failed: forbidden (course ${foreign}).`,
      outcomes: { completed: 1, forbidden: 1 },
    })
    assert.ok(!tokenIsCause(run.record), 'the command exits with 3, not 4')
    const line = assertCourseFailed(run, foreign, {
      outcome: 'forbidden',
      error_type: 'forbidden',
      message: `The token's owner may not read this (status ${permission_status}).`,
    })
    assert.match(String(line['next_step']), /a role that may read this course/)
    assert.equal(run.lines('operations', 'connection_tested').length, 1, 'the token itself is good')
    assert.ok(world.rows('submissions', `course_id = '${own}'`).size > 0)

    const all_refused = await world.sync({ ...options, courses: [foreign] })
    assertVerdict(all_refused, {
      status: 'failed',
      error_type: 'forbidden',
      message: `1 of 1 course failed: forbidden (course ${foreign}).`,
      outcomes: { forbidden: 1 },
    })
    assertNothingPersonal(world)
  })
}

test('#12 a concluded course is read once more and then frozen: its rows stay', async (t) => {
  const world = await engineWorld(t)
  const { university } = world.simulator
  const [course_id = ''] = world.course_ids
  await world.sync()
  const students = world.rows('enrollments', `course_id = '${course_id}'`)
  const submissions = world.rows('submissions', `course_id = '${course_id}'`)
  university.concludeCourse({ course_id })

  const last = await world.sync()
  assertVerdict(last, { ...COMPLETED, outcomes: { completed: 5, frozen: 1 } })
  assert.equal(last.outcome(course_id).outcome, 'completed')

  const frozen = await world.sync()
  assertVerdict(frozen, { ...COMPLETED, outcomes: { completed: 4, frozen: 2 } })
  assert.deepEqual(
    [frozen.outcome(course_id).reason, frozen.outcome(course_id).api_calls],
    ['concluded and read to the end: its rows are kept', 0],
  )
  const live = (rows: ReadonlyMap<string, { deleted_at: string | null }>): string[] =>
    [...rows].filter(([, row]) => row.deleted_at === null).map(([id]) => id)
  assert.deepEqual(live(world.rows('enrollments', `course_id = '${course_id}'`)), [...students.keys()])
  assert.deepEqual(live(world.rows('submissions', `course_id = '${course_id}'`)), [...submissions.keys()])

  university.unconcludeCourse({ course_id })
  assert.equal(
    (await world.sync()).outcome(course_id).outcome,
    'completed',
    'a reopened course is read again',
  )
  assertNothingPersonal(world)
})

test('#12 a course that vanishes from the list is frozen and told, and nothing in it is deleted', async (t) => {
  const world = await engineWorld(t)
  const { tokens, university } = world.simulator
  const options = { token: tokens.student, account: null }
  const first = await world.sync(options)
  const course_id = first.outcomes[0]?.course_id ?? ''
  const before = world.everything(CONTENTS)
  university.deleteCourse({ course_id })

  for (const night of [1, 2, 3]) {
    const run = await world.sync(options)
    assert.equal(run.record.sync_status, 'completed')
    if (night === 3) break
    const { outcome, reason } = run.outcome(course_id)
    assert.deepEqual([outcome, reason], ['frozen', 'not listed any more: its rows are kept'])
  }
  assertUnharmed(world, before)
  university.undeleteCourse({ course_id })
  university.publishCourse({ course_id })
  assert.equal((await world.sync(options)).outcome(course_id).outcome, 'completed')
  assert.equal(world.rows('courses').get(course_id)?.deleted_at, null)
  assertNothingPersonal(world)
})

test('#19 a course that is only an id is frozen: no crash, no name lost, and read again when it opens', async (t) => {
  const world = await engineWorld(t)
  const { university } = world.simulator
  const [course_id = '', never_seen = ''] = world.course_ids
  university.restrictCourseByDate({ course_id: never_seen, everyone: true })
  const first = await world.sync()
  assertVerdict(first, { ...COMPLETED, outcomes: { completed: 5, frozen: 1 } })
  assert.equal(world.rows('courses').has(never_seen), false, 'an id alone is no course')
  const before = world.everything()
  university.restrictCourseByDate({ course_id, everyone: true })

  for (let night = 1; night <= 2; night++) {
    const run = await world.sync()
    assertVerdict(run, { ...COMPLETED, outcomes: { completed: 3, frozen: 3 } })
    const outcome = run.outcome(course_id)
    assert.deepEqual(
      [outcome.outcome, outcome.api_calls, outcome.reason],
      ['frozen', 0, 'closed by its dates: Canvas shows nothing of it, its rows are kept'],
    )
    const line = run.lines('operations', 'course_finished').find((one) => one['course_id'] === course_id)
    assert.deepEqual([line?.['status'], line?.['reason']], ['frozen', outcome.reason])
  }
  assertUnharmed(world, before)
  university.unrestrictCourse({ course_id })
  assert.equal((await world.sync()).outcome(course_id).outcome, 'completed')
  assertNothingPersonal(world)
})
