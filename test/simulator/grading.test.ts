import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Simulator } from '../../src/simulator/index.ts'
import { anyCourse, ask, first, withSimulator, type Row } from '../support/simulator-client.ts'

interface One {
  readonly course_id: string
  readonly assignment_id: string
  readonly user_id: string
}

function oneOf(simulator: Simulator): One {
  const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
  return { course_id, assignment_id: first(assignment_ids), user_id: first(student_ids) }
}

/** From the API; the same row of the truth must say the same. */
async function read(simulator: Simulator, one: One): Promise<Row> {
  const query = `student_ids[]=${one.user_id}&assignment_ids[]=${one.assignment_id}`
  const answer = await ask(simulator, `/api/v1/courses/${one.course_id}/students/submissions?${query}`)
  const [row] = answer.json as Row[]
  assert.ok(row !== undefined)
  const true_row = [...simulator.university.truth.submissions(one.course_id)].find(
    (other) => other['id'] === row['id'],
  )
  for (const name of ['score', 'graded_at', 'posted_at', 'workflow_state', 'attempt']) {
    assert.equal(true_row?.[name], row[name], name)
  }
  return row
}

test('a submission is handed in, graded and graded again', () =>
  withSimulator({}, async (simulator, clock) => {
    const one = oneOf(simulator)
    simulator.university.submit(one)
    const submitted = await read(simulator, one)
    assert.equal(submitted['workflow_state'], 'submitted')
    assert.equal(submitted['submitted_at'], '2026-11-22T10:15:00Z')
    clock.now_ms += 60_000
    simulator.university.grade({ ...one, score: 7 })
    const graded = await read(simulator, one)
    assert.deepEqual([graded['workflow_state'], graded['entered_score']], ['graded', 7])
    assert.equal(graded['graded_at'], '2026-11-22T10:16:00Z')
    clock.now_ms += 60_000
    simulator.university.regrade({ ...one, score: 9 })
    const regraded = await read(simulator, one)
    assert.deepEqual([regraded['entered_score'], regraded['graded_at']], [9, '2026-11-22T10:17:00Z'])
    simulator.university.submit(one)
    const again = await read(simulator, one)
    assert.equal(again['attempt'], Number(submitted['attempt']) + 1)
    assert.equal(again['grade_matches_current_submission'], false)
    assert.equal(again['score'], regraded['score'])
  }))

test('clearing a grade does not move graded_at, so that graded_since never shows it', () =>
  withSimulator({}, async (simulator, clock) => {
    const one = oneOf(simulator)
    simulator.university.grade({ ...one, score: 7 })
    clock.now_ms += 3_600_000
    simulator.university.clearGrade(one)
    const cleared = await read(simulator, one)
    assert.deepEqual([cleared['score'], cleared['grade']], [null, null])
    assert.equal(cleared['graded_at'], '2026-11-22T10:15:00Z')
    const since = await ask(
      simulator,
      `/api/v1/courses/${one.course_id}/students/submissions?student_ids[]=all&graded_since=2026-11-22T10:15:00Z`,
    )
    assert.deepEqual(since.json, [])
  }))

test('excusing sets graded_at and takes the score away', () =>
  withSimulator({}, async (simulator) => {
    const one = oneOf(simulator)
    simulator.university.grade({ ...one, score: 7 })
    simulator.university.excuse(one)
    const excused = await read(simulator, one)
    assert.deepEqual([excused['excused'], excused['score'], excused['grade']], [true, null, 'EX'])
    assert.equal(excused['graded_at'], '2026-11-22T10:15:00Z')
    simulator.university.unexcuse(one)
    assert.equal((await read(simulator, one))['excused'], false)
  }))

test('posting, hiding and a late-policy status leave graded_at alone', () =>
  withSimulator({}, async (simulator, clock) => {
    const one = oneOf(simulator)
    simulator.university.grade({ ...one, score: 7 })
    clock.now_ms += 60_000
    simulator.university.hideGrades(one)
    assert.equal((await read(simulator, one))['posted_at'], null)
    clock.now_ms += 60_000
    simulator.university.postGrades(one)
    simulator.university.setLatePolicyStatus({ ...one, late_policy_status: 'missing' })
    const posted = await read(simulator, one)
    assert.equal(posted['posted_at'], '2026-11-22T10:17:00Z')
    assert.equal(posted['late_policy_status'], 'missing')
    assert.equal(posted['graded_at'], '2026-11-22T10:15:00Z')
  }))

test('a new due date changes cached_due_date and nothing that a since-question sees', () =>
  withSimulator({}, async (simulator) => {
    const one = oneOf(simulator)
    const before = await read(simulator, one)
    simulator.university.setDueDate({ ...one, due_at: '2026-12-24T00:00:00Z' })
    const after = await read(simulator, one)
    assert.equal(after['cached_due_date'], '2026-12-24T00:00:00Z')
    assert.deepEqual(
      [after['graded_at'], after['submitted_at']],
      [before['graded_at'], before['submitted_at']],
    )
  }))

test('a mutation of what does not exist is an error', () =>
  withSimulator({}, async (simulator) => {
    await Promise.resolve()
    const { university } = simulator
    const one = oneOf(simulator)
    assert.throws(() => university.grade({ ...one, user_id: '1', score: 1 }), /has no submission/)
    assert.throws(() => university.grade({ ...one, assignment_id: '999', score: 1 }), /no assignment 999/)
    assert.throws(() => university.renameCourse({ course_id: '999', name: 'x' }), /no course has the id 999/)
    assert.throws(() => university.dropStudent({ ...one, user_id: '1' }), /is no student of course/)
    assert.throws(() => university.mutate('explode', {}), /no mutation is called explode/)
  }))
