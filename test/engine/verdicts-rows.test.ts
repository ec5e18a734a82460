import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertCourseFailed,
  assertNothingPersonal,
  assertUnharmed,
  assertVerdict,
} from './support/assert-verdict.ts'
import { engineWorld, type EngineWorld } from './support/engine-world.ts'

const COMPLETED = { status: 'completed', error_type: null, message: null } as const

test('#13 a dropped student is marked deleted after two complete lists, and a changed role replaces the old one', async (t) => {
  const world = await engineWorld(t)
  const { university } = world.simulator
  await world.sync()
  const [course_id = ''] = world.course_ids
  const [dropped, promoted] = [...university.truth.enrollments(course_id, { states: ['active'] })].filter(
    (row) => row['type'] === 'StudentEnrollment',
  )
  university.dropStudent({ course_id, user_id: String(dropped?.['user_id']) })
  const new_role = university.changeRole({
    course_id,
    user_id: String(promoted?.['user_id']),
    type: 'TaEnrollment',
  })
  const gone = [String(dropped?.['id']), String(promoted?.['id'])]
  const deleted = (): boolean[] => gone.map((id) => world.rows('enrollments').get(id)?.deleted_at !== null)

  const once = await world.sync()
  assert.deepEqual(deleted(), [false, false], 'one list is no proof')
  assert.equal(once.record.deletions.deleted, 0)
  const twice = await world.sync()
  assertVerdict(twice, { ...COMPLETED, outcomes: { completed: 5, frozen: 1 } })
  assert.deepEqual(deleted(), [true, true])
  assert.ok(twice.record.deletions.deleted >= 2)
  assert.equal(twice.outcome(course_id).rows_deleted, twice.record.deletions.deleted)
  const line = twice.lines('operations', 'course_finished').find((one) => one['course_id'] === course_id)
  assert.equal(line?.['deleted'], twice.record.deletions.deleted)
  assert.equal(world.rows('enrollments').get(new_role)?.deleted_at, null)
  assertNothingPersonal(world)
})

test('#17 the enrollments inside a course never mix with the rows of the enrollment list', async (t) => {
  const world = await engineWorld(t)
  const { simulator } = world
  const student = { token: simulator.tokens.student, account: null }
  const run = await world.sync(student)
  assert.equal(run.record.sync_status, 'completed')
  const inside = [...world.rows('courses').values()].flatMap(
    ({ data }) => (JSON.parse(data) as { enrollments: Record<string, unknown>[] }).enrollments,
  )
  assert.ok(inside.length > 0, 'Canvas shows enrollments without ids inside courses')
  assert.ok(inside.every((enrollment) => !('id' in enrollment)))
  for (const { course_id } of run.outcomes) {
    const states = ['active', 'invited', 'creation_pending', 'completed', 'inactive']
    const truth = [...simulator.university.truth.enrollments(course_id, { states })]
    const stored = world.query(
      `select id, current_score, final_score, user_id from canvas_enrollments where course_id = '${course_id}' order by id`,
    )
    assert.deepEqual(
      stored.map((row) => row['id']),
      truth.map((row) => String(row['id'])).sort(),
    )
    for (const row of stored) {
      const shown = truth.find((one) => one['id'] === row['id'])
      const grades = shown?.['grades'] as Record<string, unknown> | undefined
      const own = row['user_id'] === ownerOf(world)
      assert.equal(row['current_score'], own ? (grades?.['current_score'] ?? null) : null)
      assert.equal(row['final_score'], own ? (grades?.['final_score'] ?? null) : null, 'unknown, never 0')
    }
  }
  const includes = simulator.requests.flatMap(({ query }) =>
    query.filter(([name]) => name === 'include[]').map(([, value]) => value),
  )
  assert.deepEqual([...new Set(includes)].sort(), ['concluded', 'term', 'total_students'])
  assertNothingPersonal(world)
})

test('#20 a list that shows only a part deletes nothing, however often, and says what it held back', async (t) => {
  const world = await engineWorld(t)
  const { university } = world.simulator
  await world.sync()
  // Courses and assignments tell how many students there are, and change with them.
  const before = world.everything(['enrollments', 'submissions'])
  const course_id = world.largest_course_id
  const hidden = [...university.truth.enrollments(course_id, { states: ['active'] })]
    .filter((row) => row['type'] === 'StudentEnrollment')
    .map((row) => String(row['user_id']))
    .slice(0, 8)
  // To whoever reads the list, a right that was lost looks as if these students had left.
  for (const user_id of hidden) university.dropStudent({ course_id, user_id })

  for (const night of [1, 2, 3]) {
    const run = await world.sync()
    assertVerdict(run, { ...COMPLETED, outcomes: { completed: 5, frozen: 1 } })
    const { deleted, held } = run.record.deletions
    assert.deepEqual([deleted, run.outcome(course_id).rows_deleted], [0, 0], `night ${night}`)
    assert.ok(held >= 8)
    assert.equal(run.outcome(course_id).deletions_held, held)
    const line = run.lines('operations', 'course_finished').find((one) => one['held'] !== 0)
    assert.equal(line?.['course_id'], course_id)
    assert.equal(line['level'], 'WARNING')
    const [, ...sentences] = String(line['message']).split(/(?<=\.) /)
    assert.deepEqual(sentences, [
      `${held} rows are missing from its lists: too much at once, so nothing was deleted; if it is really gone, sync once with --accept-deletions.`,
    ])
    assertUnharmed(world, before)
  }

  const accepted = await world.sync({ acceptDeletions: true })
  assert.ok(accepted.record.deletions.deleted >= 8, 'an operator may say that they are really gone')
  assertNothingPersonal(world)
})

test('#20 a list that is cut off or empty wipes nothing and does not count as a complete read', async (t) => {
  const world = await engineWorld(t, { max_per_page: 10 })
  const { faults } = world.simulator
  const course_id = world.largest_course_id
  await world.sync()
  const before = world.everything()
  const completeAt = async (): Promise<number | null | undefined> => {
    const scope = { source_id: 1, entity: 'enrollments', listed_by: course_id } as const
    return (await world.store.data.getListing(scope))?.last_complete_at
  }
  const complete_at = await completeAt()
  assert.ok(typeof complete_at === 'number')
  const path = `/api/v1/courses/${course_id}/enrollments`
  const failed = { status: 'partial', outcomes: { completed: 4, frozen: 1, failed: 1 } } as const

  const heal = faults.add({ when: { path, nth: 2, every: 1 }, fault: { kind: 'half_body' } })
  const cut = await world.sync()
  assertVerdict(cut, {
    ...failed,
    error_type: 'network',
    message: `1 of 6 courses failed: network (course ${course_id}).`,
  })
  assertCourseFailed(cut, course_id, {
    error_type: 'network',
    message: /closed the connection before the answer was complete\.$/,
  })
  heal()

  faults.add({ when: { path }, fault: { kind: 'empty_list' } })
  for (const _night of [1, 2, 3]) {
    const empty = await world.sync()
    assertVerdict(empty, {
      ...failed,
      error_type: 'unexpected_empty',
      message: `1 of 6 courses failed: unexpected_empty (course ${course_id}).`,
    })
    const line = assertCourseFailed(empty, course_id, {
      error_type: 'unexpected_empty',
      message:
        /^Canvas showed no enrollments of course \d+, although there were \d+ before; nothing was deleted\.$/,
    })
    assert.match(String(line['next_step']), /--accept-deletions/)
  }
  assert.equal(await completeAt(), complete_at, 'freshness is the age of the last complete read')
  assertUnharmed(world, before)
  faults.clear()
  assert.equal((await world.sync()).record.sync_status, 'completed')
  assertNothingPersonal(world)
})

function ownerOf(world: EngineWorld): string {
  return String(world.query('select canvas_user_id from canvas_sync_sources')[0]?.['canvas_user_id'])
}
