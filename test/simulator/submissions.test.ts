import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Simulator } from '../../src/simulator/index.ts'
import {
  anyCourse,
  ask,
  first,
  idOf,
  linkOf,
  list,
  withSimulator,
  type Row,
} from '../support/simulator-client.ts'

function path(simulator: Simulator, query = 'student_ids[]=all'): string {
  return `/api/v1/courses/${anyCourse(simulator).course_id}/students/submissions?per_page=100&${query}`
}

test('there is a row for every student and published assignment, done or not', () =>
  withSimulator({ dialect: { filters_after_paging: 'students' } }, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const { truth } = simulator.university
    const students = new Set(
      [...truth.enrollments(course_id, { states: ['active', 'invited', 'inactive', 'completed'] })]
        .filter((row) => row['type'] === 'StudentEnrollment')
        .map((row) => row['user_id']),
    )
    const published = [...truth.assignments(course_id)].filter((row) => row['published'] === true)
    const { rows } = await list(simulator, path(simulator))
    assert.equal(rows.length, students.size * published.length)
    const untouched = rows.find((row) => row['workflow_state'] === 'unsubmitted')
    assert.deepEqual(
      [untouched?.['submitted_at'], untouched?.['attempt'], untouched?.['score'], untouched?.['excused']],
      [null, null, null, false],
    )
    assert.ok(!('updated_at' in (untouched ?? {})) && !('created_at' in (untouched ?? {})))
  }))

test('rows come in the order of their ids, and late ones are longer than their due date', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, path(simulator))
    const ids = rows.map((row) => BigInt(idOf(row)))
    assert.ok(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n)))
    const late = rows.filter((row) => row['late'] === true)
    assert.ok(late.length > 0)
    assert.ok(late.every((row) => String(row['submitted_at']) > String(row['cached_due_date'])))
    const deducted = late.find((row) => Number(row['points_deducted']) > 0 && Number(row['score']) > 0)
    assert.equal(
      Number(deducted?.['entered_score']) - Number(deducted?.['points_deducted']),
      Number(deducted?.['score']),
    )
  }))

test('an automatic grader has a negative id', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, path(simulator))
    assert.ok(rows.some((row) => String(row['grader_id']).startsWith('-')))
  }))

test('without student_ids a teacher asks for themselves and is refused; naming a stranger too', () =>
  withSimulator({}, async (simulator) => {
    const { teacher } = simulator.tokens
    assert.equal((await ask(simulator, path(simulator, ''), { token: teacher })).status, 403)
    assert.equal((await ask(simulator, path(simulator, 'student_ids[]=1'))).status, 403)
    const user_id = first(anyCourse(simulator).student_ids)
    const { rows } = await list(simulator, path(simulator, `student_ids[]=${user_id}`))
    assert.deepEqual(new Set(rows.map((row) => row['user_id'])), new Set([user_id]))
  }))

test('more than 100 named students is 400', () =>
  withSimulator({ size: { courses: 1, students: 130 } }, async (simulator) => {
    const ids = anyCourse(simulator).student_ids
    const query = (count: number): string =>
      ids
        .slice(0, count)
        .map((id) => `student_ids[]=${id}`)
        .join('&')
    assert.equal((await ask(simulator, path(simulator, query(100)))).status, 200)
    const refused = await ask(simulator, path(simulator, query(101)))
    assert.deepEqual([refused.status, refused.json], [400, { error: 'too many students' }])
  }))

test('one deleted or unpublished assignment among those asked for refuses the whole list with 403', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids } = anyCourse(simulator)
    const [kept, gone, hidden] = assignment_ids
    const query = (id: string | undefined): string =>
      `student_ids[]=all&assignment_ids[]=${kept}&assignment_ids[]=${id}`
    assert.equal((await ask(simulator, path(simulator, query(gone)))).status, 200)
    simulator.university.deleteAssignment({ course_id, assignment_id: gone ?? '' })
    simulator.university.unpublishAssignment({ course_id, assignment_id: hidden ?? '' })
    for (const id of [gone, hidden, '999']) {
      const answer = await ask(simulator, path(simulator, query(id)))
      assert.equal(answer.status, 403)
      assert.deepEqual(answer.json, { error: 'invalid assignment ids requested' })
    }
  }))

test('a date that is not ISO 8601 is 400 and names the parameter', () =>
  withSimulator({}, async (simulator) => {
    for (const name of ['submitted_since', 'graded_since']) {
      for (const date of ['yesterday', '2026-11-22', '1700000000']) {
        const answer = await ask(simulator, path(simulator, `student_ids[]=all&${name}=${date}`))
        assert.equal(answer.status, 400)
        assert.deepEqual(answer.json, { errors: { [name]: `Invalid datetime for ${name}` } })
      }
    }
  }))

test('submitted_since and graded_since are strictly later, and leave out rows without the time', () =>
  withSimulator({}, async (simulator, clock) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const one = { course_id, assignment_id: first(assignment_ids), user_id: first(student_ids) }
    const count = async (query: string): Promise<number> =>
      (await list(simulator, path(simulator, `student_ids[]=all&${query}`))).rows.length
    const all = await count('')
    const old = await count('submitted_since=2026-01-01T00:00:00Z')
    assert.ok(old > 0 && old < all)
    simulator.university.submit(one)
    assert.equal(await count('submitted_since=2026-11-22T10:14:59Z'), 1)
    assert.equal(await count('submitted_since=2026-11-22T10:15:00Z'), 0)
    assert.equal(await count('submitted_since=2026-11-22T11:14:59%2B01:00'), 1)
    clock.now_ms += 60_000
    simulator.university.grade({ ...one, score: 1 })
    assert.equal(await count('graded_since=2026-11-22T10:15:00Z'), 1)
    assert.equal(await count('graded_since=2026-11-22T10:16:00Z'), 0)
  }))

test('an incremental question that reaches behind the beginning finds the same rows as a filter by hand', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, path(simulator))
    const since = '2026-11-01T00:00:00Z'
    const asked = await list(simulator, path(simulator, `student_ids[]=all&graded_since=${since}`))
    const expected = rows.filter((row) => typeof row['graded_at'] === 'string' && row['graded_at'] > since)
    assert.ok(expected.length > 0)
    assert.deepEqual(asked.rows.map((row) => idOf(row)), expected.map((row) => idOf(row))) // prettier-ignore
  }))

test('order=graded_at pages by bookmarks with ungraded rows last; descending goes back to numbered pages', () =>
  withSimulator({}, async (simulator) => {
    const query = 'student_ids[]=all&order=graded_at&per_page=20'
    const { rows } = await list(simulator, path(simulator, query))
    const times = rows.map((row) => (typeof row['graded_at'] === 'string' ? row['graded_at'] : '~'))
    assert.deepEqual(
      times,
      times.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0)),
    )
    assert.equal(
      new Set(rows.map((row) => idOf(row))).size,
      (await list(simulator, path(simulator))).rows.length,
    )
    const down = await ask(simulator, path(simulator, `${query}&order_direction=descending`))
    assert.match(linkOf(down, 'next') ?? '', /page=2/)
    assert.ok(linkOf(down, 'last') !== undefined)
    const [newest] = down.json as Row[]
    assert.equal(
      newest?.['graded_at'],
      times.findLast((time) => time !== '~'),
    )
  }))

test('grouped pages students by number, with all their submissions inside', () =>
  withSimulator({}, async (simulator) => {
    const flat = await list(simulator, path(simulator))
    const query = 'student_ids[]=all&grouped=1&per_page=6&include[]=total_scores'
    const page = await ask(simulator, path(simulator, query))
    assert.match(linkOf(page, 'next') ?? '', /page=2/)
    const { rows } = await list(simulator, path(simulator, query))
    const inside = rows.flatMap((row) => row['submissions'] as Row[])
    assert.deepEqual(new Set(inside.map((row) => idOf(row))), new Set(flat.rows.map((row) => idOf(row))))
    assert.ok(rows.every((row) => 'section_id' in row && 'computed_current_score' in row))
  }))

test('enrollment_state chooses active or concluded students, and refuses other words', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const user_id = first(student_ids)
    simulator.university.setEnrollmentState({ course_id, user_id, state: 'completed' })
    const users = async (state: string): Promise<Set<unknown>> =>
      new Set(
        (await list(simulator, path(simulator, `student_ids[]=all&enrollment_state=${state}`))).rows.map(
          (row) => row['user_id'],
        ),
      )
    assert.ok((await users('concluded')).has(user_id))
    assert.ok(!(await users('active')).has(user_id))
    const bad = await ask(simulator, path(simulator, 'student_ids[]=all&enrollment_state=gone'))
    assert.deepEqual([bad.status, bad.json], [400, { error: 'invalid enrollment_state' }])
  }))

test('workflow_state narrows the list', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, path(simulator, 'student_ids[]=all&workflow_state=graded'))
    assert.ok(rows.length > 0 && rows.every((row) => row['workflow_state'] === 'graded'))
  }))

test('the submissions of a dropped student leave the list and come back with them, under the same ids', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const change = { course_id, user_id: first(student_ids) }
    const own = async (): Promise<string[]> =>
      (await list(simulator, path(simulator))).rows
        .filter((row) => row['user_id'] === change.user_id)
        .map((row) => idOf(row))
    const before = await own()
    simulator.university.dropStudent(change)
    assert.deepEqual(await own(), [])
    simulator.university.readdStudent(change)
    assert.deepEqual(await own(), before)
  }))

test('a student who comes back gets rows for what was assigned meanwhile', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const change = { course_id, user_id: first(student_ids) }
    simulator.university.dropStudent(change)
    const assignment_id = simulator.university.addAssignment({ course_id, name: 'Meanwhile' })
    simulator.university.readdStudent(change)
    const { rows } = await list(simulator, path(simulator, `student_ids[]=${change.user_id}`))
    assert.ok(rows.some((row) => row['assignment_id'] === assignment_id))
  }))

test('rows of a new student or assignment have higher ids than all others', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const highest = BigInt(idOf((await list(simulator, path(simulator))).rows.at(-1)))
    const user_id = simulator.university.addStudent({ course_id, name: 'New Student' })
    const assignment_id = simulator.university.addAssignment({ course_id, name: 'New work' })
    const { rows } = await list(simulator, path(simulator))
    const of_student = rows.filter((row) => row['user_id'] === user_id)
    const of_assignment = rows.filter((row) => row['assignment_id'] === assignment_id)
    assert.ok(of_student.length > 3 && of_assignment.length > 10)
    const later = [...of_student, ...of_assignment]
    assert.ok(later.every((row) => BigInt(idOf(row)) > highest))
    assert.ok(later.every((row) => row['workflow_state'] === 'unsubmitted' && row['score'] === null))
  }))

test('the list of one assignment has current students only, by user, in numbered pages', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const one = `/api/v1/courses/${course_id}/assignments/${first(assignment_ids)}/submissions?per_page=9`
    const before = await list(simulator, one)
    const users = before.rows.map((row) => BigInt(String(row['user_id'])))
    assert.ok(users.every((id, index) => index === 0 || id > (users[index - 1] ?? 0n)))
    assert.match(linkOf(await ask(simulator, one), 'next') ?? '', /page=2/)
    simulator.university.setEnrollmentState({ course_id, user_id: first(student_ids), state: 'completed' })
    assert.equal((await list(simulator, one)).rows.length, before.rows.length - 1)
    const token = simulator.tokens.issue('student', { user_id: student_ids[1] ?? '' })
    assert.equal((await ask(simulator, one, { token })).status, 403)
  }))

test('a student does not see a grade that is not posted, the keys are not there', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, assignment_ids, student_ids } = anyCourse(simulator)
    const one = { course_id, assignment_id: first(assignment_ids), user_id: first(student_ids) }
    simulator.university.grade({ ...one, score: 4 })
    simulator.university.hideGrades(one)
    const token = simulator.tokens.issue('student', { user_id: one.user_id })
    const rowFor = async (by: string): Promise<Row | undefined> =>
      (await list(simulator, path(simulator, `student_ids[]=${one.user_id}`), { token: by })).rows.find(
        (row) => row['assignment_id'] === one.assignment_id,
      )
    const hidden = await rowFor(token)
    assert.ok(hidden !== undefined && !('score' in hidden) && !('grade' in hidden))
    assert.equal((await rowFor(simulator.tokens.admin))?.['score'], 4)
    simulator.university.postGrades(one)
    assert.equal((await rowFor(token))?.['score'], 4)
  }))

test('seconds_late of missing work grows with the clock', () =>
  withSimulator({}, async (simulator, clock) => {
    const missing = async (): Promise<Row | undefined> =>
      (await list(simulator, path(simulator))).rows.find((row) => row['missing'] === true)
    const before = Number((await missing())?.['seconds_late'])
    clock.now_ms += 30_000
    assert.equal(Number((await missing())?.['seconds_late']), before + 30)
  }))

test('includes bring the assignment, the user and the course', () =>
  withSimulator({}, async (simulator) => {
    const query =
      'student_ids[]=all&include[]=assignment&include[]=user&include[]=course&include[]=visibility'
    const [row] = (await list(simulator, path(simulator, query))).rows
    assert.equal((row?.['assignment'] as Row | undefined)?.['id'], row?.['assignment_id'])
    assert.equal((row?.['user'] as Row | undefined)?.['id'], row?.['user_id'])
    assert.equal(row?.['assignment_visible'], true)
    assert.ok('course' in (row ?? {}))
  }))
