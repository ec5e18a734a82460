import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VOLATILE_FIELDS, type Simulator, type TruthEntity } from '../../src/simulator/index.ts'
import { ask, idOf, list, withSimulator, type Row } from '../support/simulator-client.ts'

function stable(entity: TruthEntity, rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !VOLATILE_FIELDS[entity].includes(name))),
  )
}

function byId(rows: Iterable<Row>): Row[] {
  return [...rows].sort((left, right) => (BigInt(idOf(left)) < BigInt(idOf(right)) ? -1 : 1))
}

async function compare(simulator: Simulator): Promise<number> {
  const { truth } = simulator.university
  const courses = await list(simulator, '/api/v1/accounts/1/courses?per_page=5')
  assert.deepEqual(stable('courses', courses.rows), [...truth.courses()])
  let compared = courses.rows.length
  for (const course of truth.courses()) {
    const id = idOf(course)
    for (const [entity, path] of [
      ['sections', 'sections?per_page=1'],
      ['enrollments', 'enrollments?per_page=7'],
      ['assignment_groups', 'assignment_groups?per_page=1'],
      ['assignments', 'assignments?per_page=3'],
      ['submissions', 'students/submissions?student_ids[]=all&per_page=31'],
    ] as const) {
      const { rows } = await list(simulator, `/api/v1/courses/${id}/${path}`)
      assert.deepEqual(byId(stable(entity, rows)), byId(truth[entity](id)), `${entity} of ${id}`)
      compared += rows.length
    }
  }
  return compared
}

test('truth is the union of all pages that an admin gets', () =>
  withSimulator({ size: { courses: 7, students: 60 } }, async (simulator) => {
    assert.ok((await compare(simulator)) > 1000)
  }))

test('truth follows every kind of mutation', () =>
  withSimulator({ size: { courses: 3, students: 30 } }, async (simulator, clock) => {
    const { university } = simulator
    const course_id = idOf([...university.truth.courses()][0])
    const one = {
      course_id,
      assignment_id: idOf([...university.truth.assignments(course_id)][0]),
      user_id: String([...university.truth.submissions(course_id)][0]?.['user_id']),
    }
    clock.now_ms += 60_000
    university.renameCourse({ course_id, name: 'Renamed' })
    university.grade({ ...one, score: 3 })
    university.addAssignment({ course_id, name: 'New' })
    university.addStudent({ course_id, name: 'Zed Young' })
    university.deleteAssignment({
      ...one,
      assignment_id: idOf([...university.truth.assignments(course_id)][1]),
    })
    university.renameUser({ user_id: one.user_id, name: 'Aaron Aardvark' })
    university.addSection({ course_id, name: 'Section 9' })
    university.concludeCourse({ course_id: idOf([...university.truth.courses()][1]) })
    university.deleteCourse({ course_id: idOf([...university.truth.courses()][2]) })
    await compare(simulator)
    assert.equal([...university.truth.courses()].length, 2)
  }))

test('truth leaves out exactly the volatile fields', () =>
  withSimulator({}, async (simulator) => {
    const { truth } = simulator.university
    const course_id = idOf([...truth.courses()][0])
    const answer = await ask(simulator, `/api/v1/courses/${course_id}/students/submissions?student_ids[]=all`)
    const [shown] = answer.json as Row[]
    const [true_row] = truth.submissions(course_id)
    assert.ok(shown !== undefined && true_row !== undefined)
    const missing = Object.keys(shown).filter((name) => !(name in true_row))
    assert.ok(missing.every((name) => VOLATILE_FIELDS.submissions.includes(name)))
    assert.ok(missing.includes('seconds_late'))
  }))

test('ids in truth are decimal strings', () =>
  withSimulator({}, async (simulator) => {
    const [course] = simulator.university.truth.courses()
    assert.equal(course?.['id'], '74140000000000001')
    const [enrollment] = simulator.university.truth.enrollments(idOf(course))
    assert.equal(typeof enrollment?.['course_section_id'], 'string')
    assert.equal(typeof (enrollment?.['user'] as Row | undefined)?.['id'], 'string')
  }))

test('an unknown course is an error of the test, not an empty truth', () =>
  withSimulator({}, async (simulator) => {
    await Promise.resolve()
    assert.throws(() => [...simulator.university.truth.sections('999')], /no course has the id 999/)
  }))
