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
  rowsOf,
  withSimulator,
  type Row,
} from '../support/simulator-client.ts'

function enrollmentsPath(simulator: Simulator, query = 'per_page=100'): string {
  return `/api/v1/courses/${anyCourse(simulator).course_id}/enrollments?${query}`
}

test('enrollments come by type, sortable name and id', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, enrollmentsPath(simulator, 'per_page=7'))
    const keys = rows.map((row) => [row['type'], (row['user'] as Row)['sortable_name']].join('|'))
    assert.deepEqual(
      keys,
      keys.toSorted((left, right) => (left < right ? -1 : 1)),
    )
    assert.ok(keys.at(-1)?.startsWith('TeacherEnrollment'))
  }))

test('a user in two sections has two rows', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const user_id = student_ids.at(-1) ?? ''
    const before = (await list(simulator, enrollmentsPath(simulator))).rows
    const enrollment_id = simulator.university.crossEnroll({ course_id, user_id })
    const { rows } = await list(simulator, enrollmentsPath(simulator))
    assert.equal(rows.length, before.length + 1)
    const own = rows.filter((row) => row['user_id'] === user_id)
    assert.ok(own.some((row) => row['id'] === enrollment_id))
    assert.ok(new Set(own.map((row) => row['course_section_id'])).size >= 2)
    assert.equal(new Set(own.map((row) => idOf(row))).size, own.length)
  }))

test('the made-up university has users in two sections already', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await list(simulator, enrollmentsPath(simulator))
    assert.ok(new Set(rows.map((row) => row['user_id'])).size < rows.length)
  }))

test('a concluded course has few rows by default, and all of them as completed', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const before = (await list(simulator, enrollmentsPath(simulator))).rows
    simulator.university.concludeCourse({ course_id })
    const after = (await list(simulator, enrollmentsPath(simulator))).rows
    assert.ok(after.length < before.length / 10)
    const completed = (await list(simulator, enrollmentsPath(simulator, 'state[]=completed&per_page=100')))
      .rows
    assert.ok(completed.length >= before.length - after.length)
    assert.ok(completed.every((row) => row['enrollment_state'] === 'completed'))
    simulator.university.unconcludeCourse({ course_id })
    assert.deepEqual((await list(simulator, enrollmentsPath(simulator))).rows.length, before.length)
  }))

test('a dropped student leaves the default list, is found as deleted, and comes back as the same row', () =>
  withSimulator({}, async (simulator, clock) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const change = { course_id, user_id: first(student_ids) }
    const find = async (query: string): Promise<Row[]> =>
      (await list(simulator, enrollmentsPath(simulator, `per_page=100&${query}`))).rows.filter(
        (row) => row['user_id'] === change.user_id,
      )
    const [before] = await find('')
    clock.now_ms += 5000
    simulator.university.dropStudent(change)
    assert.deepEqual(await find(''), [])
    const [dropped] = await find('state[]=deleted')
    assert.equal(dropped?.['enrollment_state'], 'deleted')
    assert.equal(dropped?.['updated_at'], '2026-11-22T10:15:05Z')
    simulator.university.readdStudent(change)
    assert.equal(idOf((await find(''))[0]), idOf(before))
  }))

test('admins see inactive enrollments by default, teachers do not', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    simulator.university.setEnrollmentState({ course_id, user_id: first(student_ids), state: 'inactive' })
    const states = async (token: string): Promise<Set<unknown>> =>
      new Set(
        (await list(simulator, enrollmentsPath(simulator), { token })).rows.map(
          (row) => row['enrollment_state'],
        ),
      )
    assert.ok((await states(simulator.tokens.admin)).has('inactive'))
    assert.ok(!(await states(simulator.tokens.teacher)).has('inactive'))
  }))

test('type[] and user_id narrow the list; a wrong state or grading period is 400', () =>
  withSimulator({}, async (simulator) => {
    const teachers = await list(simulator, enrollmentsPath(simulator, 'type[]=TeacherEnrollment'))
    assert.deepEqual(
      teachers.rows.map((row) => row['type']),
      ['TeacherEnrollment'],
    )
    const user_id = first(anyCourse(simulator).student_ids)
    const own = await list(simulator, enrollmentsPath(simulator, `user_id=${user_id}`))
    assert.ok(own.rows.length > 0 && own.rows.every((row) => row['user_id'] === user_id))
    const bad_state = await ask(simulator, enrollmentsPath(simulator, 'state[]=gone'))
    assert.deepEqual([bad_state.status, bad_state.json], [400, { error: 'Invalid state gone' }])
    const bad_period = await ask(simulator, enrollmentsPath(simulator, 'grading_period_id=77'))
    assert.deepEqual([bad_period.status, bad_period.json], [400, { error: 'invalid grading_period_id' }])
  }))

test('a rename between two pages makes a bookmarked list skip a person', () =>
  withSimulator({}, async (simulator) => {
    const path = enrollmentsPath(simulator, 'per_page=5&type[]=StudentEnrollment')
    const all = (await list(simulator, path)).rows
    const first_page = await ask(simulator, path)
    const last = all.at(-1)
    simulator.university.renameUser({ user_id: String(last?.['user_id']), name: 'Aaron Aaaa' })
    const rest = (await list(simulator, linkOf(first_page, 'next') ?? '')).rows
    const seen = new Set([...rowsOf(first_page), ...rest].map((row) => idOf(row)))
    assert.ok(!seen.has(idOf(last)))
  }))

test('a rename between two pages can show a person twice', () =>
  withSimulator({}, async (simulator) => {
    const path = enrollmentsPath(simulator, 'per_page=5&type[]=StudentEnrollment')
    const first_page = await ask(simulator, path)
    const [first_row] = rowsOf(first_page)
    simulator.university.renameUser({ user_id: String(first_row?.['user_id']), name: 'Zoe Zzzz' })
    const rest = (await list(simulator, linkOf(first_page, 'next') ?? '')).rows
    assert.ok(rest.some((row) => idOf(row) === idOf(first_row)))
  }))

test('graders see all grades, a student their own, and of others only the link', () =>
  withSimulator({}, async (simulator) => {
    const { student_ids } = anyCourse(simulator)
    const [own_id, other_id] = student_ids
    const token = simulator.tokens.issue('student', { user_id: own_id ?? '' })
    const gradesOf = async (user_id: string | undefined, by: string): Promise<Row> => {
      const { rows } = await list(simulator, enrollmentsPath(simulator), { token: by })
      return (rows.find((row) => row['user_id'] === user_id)?.['grades'] ?? {}) as Row
    }
    const by_teacher = await gradesOf(own_id, simulator.tokens.teacher)
    assert.equal(typeof by_teacher['final_score'], 'number')
    assert.ok('unposted_final_score' in by_teacher)
    const by_self = await gradesOf(own_id, token)
    assert.equal(by_self['final_score'], by_teacher['final_score'])
    assert.ok(!('unposted_final_score' in by_self))
    assert.deepEqual(Object.keys(await gradesOf(other_id, token)), ['html_url'])
    simulator.university.hideFinalGrades({ course_id: anyCourse(simulator).course_id, hidden: true })
    assert.deepEqual(Object.keys(await gradesOf(own_id, token)), ['html_url'])
  }))

test('current_score leaves out what has no grade, final_score counts it as nothing', () =>
  withSimulator(
    { size: { courses: 1, students: 3, courses_per_student: 1, assignments_per_course: 0 } },
    async (simulator) => {
      const { university } = simulator
      const course_id = '1'
      const user_id = university.addStudent({ course_id, name: 'Ann One' })
      const assignment_ids = ['A', 'B'].map((name) =>
        university.addAssignment({ course_id, name, points_possible: 10 }),
      )
      const grades = (): Row =>
        ([...university.truth.enrollments(course_id)].find((row) => row['user_id'] === user_id)?.['grades'] ??
          {}) as Row
      assert.deepEqual([grades()['current_score'], grades()['final_score']], [null, 0])
      university.grade({ course_id, user_id, assignment_id: assignment_ids[0] ?? '', score: 8 })
      assert.deepEqual([grades()['current_score'], grades()['final_score']], [80, 40])
      university.excuse({ course_id, user_id, assignment_id: assignment_ids[1] ?? '' })
      assert.deepEqual([grades()['current_score'], grades()['final_score']], [80, 80])
      university.hideGrades({ course_id, assignment_id: assignment_ids[0] ?? '' })
      assert.deepEqual([grades()['current_score'], grades()['unposted_current_score']], [null, 80])
    },
  ))

test('a changed role is a new row; the old one is deleted', () =>
  withSimulator({}, async (simulator) => {
    const { course_id, student_ids } = anyCourse(simulator)
    const user_id = first(student_ids)
    const enrollment_id = simulator.university.changeRole({ course_id, user_id, type: 'TaEnrollment' })
    const { rows } = await list(simulator, enrollmentsPath(simulator, `user_id=${user_id}&per_page=100`))
    assert.deepEqual(
      rows.map((row) => [row['id'], row['type']]),
      [[enrollment_id, 'TaEnrollment']],
    )
  }))

test('the list of users has each person once, by sortable name', () =>
  withSimulator({}, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    const { rows } = await list(
      simulator,
      `/api/v1/courses/${course_id}/users?enrollment_type[]=student&per_page=20`,
    )
    const names = rows.map((row) => String(row['sortable_name']))
    assert.deepEqual(
      names,
      names.toSorted((left, right) => (left < right ? -1 : 1)),
    )
    assert.equal(new Set(rows.map((row) => idOf(row))).size, rows.length)
    const with_enrollments = await ask(
      simulator,
      `/api/v1/courses/${course_id}/users?include[]=enrollments&per_page=1`,
    )
    assert.ok(Array.isArray(rowsOf(with_enrollments)[0]?.['enrollments']))
  }))
