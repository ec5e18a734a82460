import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, first } from '../support/simulator-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { isLive } from './support/read-tables.ts'
import {
  assertCompleted,
  assertTrue,
  withUniversity,
  type SyncedUniversity,
} from './support/synced-university.ts'

const directory = temporaryDirectory()
const SIZE = { courses: 3, students: 8, courses_per_student: 2, assignments_per_course: 4 }
const MINUTE_MS = 60_000

/** A university whose first whole sync is an hour old, and the parts of its first course. */
function afterFirstSync(
  work: (
    university: SyncedUniversity,
    course: { course_id: string; assignment_id: string; user_id: string },
    other_id: string,
  ) => Promise<void>,
): Promise<void> {
  return withUniversity(directory, { size: SIZE, max_per_page: 5 }, async (university) => {
    assertCompleted(await university.sync())
    university.clock.advance(60 * MINUTE_MS)
    const { course_id, assignment_ids, student_ids } = anyCourse(university.simulator)
    const one = { course_id, assignment_id: first(assignment_ids), user_id: first(student_ids) }
    await work(university, one, first(student_ids.slice(1)))
  })
}

/** One more incremental sync, after which everything must be true. */
async function assertTrueAfterIncremental(university: SyncedUniversity): Promise<void> {
  university.clock.advance(20 * MINUTE_MS)
  assertCompleted(await university.sync())
  assertTrue(university)
}

test('an incremental sync sees new work, new grades and changed names', () =>
  afterFirstSync(async (university, one, other_id) => {
    const { course_id, user_id } = one
    const { university: canvas } = university.simulator
    canvas.submit(one)
    canvas.grade({ ...one, user_id: other_id, score: 4.5 })
    canvas.renameUser({ user_id, name: 'Aaron Aardvark' })
    canvas.renameCourse({ course_id, name: 'Renamed' })
    await assertTrueAfterIncremental(university)
  }))

test('an incremental sync sees the unsubmitted rows of a new student and of a new assignment', () =>
  afterFirstSync(async (university, { course_id }) => {
    university.simulator.university.addStudent({ course_id, name: 'Zed Young' })
    university.simulator.university.addAssignment({ course_id, name: 'New' })
    await assertTrueAfterIncremental(university)
  }))

test('the rows of a new student appear although a sync of grades saw the student first', () =>
  afterFirstSync(async (university, { course_id }) => {
    university.simulator.university.addStudent({ course_id, name: 'Zed Young' })
    assertCompleted(await university.sync({ syncType: 'grades' }))
    await assertTrueAfterIncremental(university)
  }))

test('the rows of a new student appear although the first try to read them failed', () =>
  afterFirstSync(async (university, { course_id }) => {
    const { simulator } = university
    simulator.university.addStudent({ course_id, name: 'Zed Young' })
    const stop = simulator.faults.add({
      when: { path: '/api/v1/courses/*/students/submissions', course_id },
      fault: { kind: 'canvas_500' },
    })
    assert.equal((await university.sync()).sync_status, 'partial')
    stop()
    await assertTrueAfterIncremental(university)
  }))

test('the rows of an assignment appear when it is published, whatever else was graded', () =>
  afterFirstSync(async (university, { course_id, assignment_id }, other_id) => {
    const { university: canvas } = university.simulator
    canvas.unpublishAssignment({ course_id, assignment_id })
    for (const full of [true, true]) {
      assertCompleted(await university.sync({ full, acceptDeletions: true }))
      university.clock.advance(MINUTE_MS)
    }
    canvas.publishAssignment({ course_id, assignment_id })
    canvas.grade({ course_id, assignment_id, user_id: other_id, score: 3 })
    await assertTrueAfterIncremental(university)
  }))

test('the rows of a student who was dropped and marked deleted come back with the student', () =>
  afterFirstSync(async (university, { course_id, user_id }) => {
    const { university: canvas } = university.simulator
    canvas.dropStudent({ course_id, user_id })
    for (const full of [true, true]) {
      university.clock.advance(MINUTE_MS)
      assertCompleted(await university.sync({ full, acceptDeletions: true }))
    }
    const gone = [...university.tables().submissions.values()].filter((row) => !isLive(row))
    assert.ok(gone.length > 0 && gone.every((row) => row['user_id'] === user_id))
    canvas.readdStudent({ course_id, user_id })
    await assertTrueAfterIncremental(university)
  }))

test('a grade given while its student was away is seen when the student is back, whatever else was graded', () =>
  afterFirstSync(async (university, one, other_id) => {
    const { university: canvas } = university.simulator
    canvas.dropStudent(one)
    canvas.grade({ ...one, score: 1 })
    university.clock.advance(30 * MINUTE_MS)
    assertCompleted(await university.sync())
    university.clock.advance(30 * MINUTE_MS)
    canvas.readdStudent(one)
    canvas.grade({ ...one, user_id: other_id, score: 3 })
    await assertTrueAfterIncremental(university)
  }))

test('a moved due date reaches the submissions that have it, whatever else was graded', () =>
  afterFirstSync(async (university, { course_id, assignment_id }, other_id) => {
    const { university: canvas } = university.simulator
    canvas.grade({ course_id, assignment_id, user_id: other_id, score: 3 })
    canvas.setDueDate({ course_id, assignment_id, due_at: '2026-12-01T00:00:00Z' })
    await assertTrueAfterIncremental(university)
  }))

test('a cleared grade is seen at once when nothing else was graded', () =>
  afterFirstSync(async (university, one) => {
    const { university: canvas } = university.simulator
    canvas.grade({ ...one, score: 4 })
    // Long enough for the grade's own date to be behind the overlap of the next read.
    university.clock.advance(20 * MINUTE_MS)
    assertCompleted(await university.sync())
    canvas.clearGrade(one)
    await assertTrueAfterIncremental(university)
  }))

test('a course is missed by the list of its account although it was read by its id in between', () =>
  afterFirstSync(async (university, { course_id }) => {
    const { simulator, clock } = university
    assertCompleted(await university.sync({ account: null, courses: [course_id] }))
    simulator.university.deleteCourse({ course_id })
    for (const wanted of ['kept', 'deleted']) {
      clock.advance(MINUTE_MS)
      assertCompleted(await university.sync())
      assert.equal(isLive(university.tables().courses.get(course_id)), wanted === 'kept')
    }
    assertTrue(university)
  }))

test('terms stay with the list of their account although a course read by its id names them', () =>
  afterFirstSync(async (university, { course_id }) => {
    assertCompleted(await university.sync({ account: null, courses: [course_id] }))
    for (const term of university.tables().terms.values()) assert.equal(term['listed_by'], 'account:1')
  }))

test('a concluded course keeps the rows that it no longer shows, and is read once more and never again', () =>
  afterFirstSync(async (university, one) => {
    const { simulator, clock, tables } = university
    simulator.university.dropStudent(one)
    assertCompleted(await university.sync({ full: true }))
    const before = [...tables().submissions.values()].filter(isLive).length
    simulator.university.concludeCourse(one)
    for (const full of [false, true, true]) {
      clock.advance(MINUTE_MS)
      assertCompleted(await university.sync({ full, acceptDeletions: true }))
    }
    assert.equal([...tables().submissions.values()].filter(isLive).length, before)
    const asked = simulator.requests.length
    assertCompleted(await university.sync({ full: true }))
    assert.ok(simulator.requests.slice(asked).every(({ course_id }) => course_id !== one.course_id))
  }))
