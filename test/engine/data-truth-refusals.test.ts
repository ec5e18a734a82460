import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fault, SimulatorOptions } from '../../src/simulator/index.ts'
import { anyCourse, type Row } from '../support/simulator-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { differences, trueRowsOfCourse } from './support/compare-with-truth.ts'
import { changedRows, isLive, rowsOfCourse } from './support/read-tables.ts'
import { assertCompleted, assertTrue, withUniversity } from './support/synced-university.ts'

const directory = temporaryDirectory()
const SIZE = { courses: 3, students: 60, courses_per_student: 2, assignments_per_course: 8 }

describe('a list that Canvas cuts or turns round fails its course and changes no row wrongly', () => {
  interface Cut {
    readonly fault: Fault
    readonly nth: number
    readonly error_type: string
    readonly options?: SimulatorOptions
  }
  const cuts: Readonly<Record<string, Cut>> = {
    'a full page without a link header': {
      fault: { kind: 'drop_link_header' },
      nth: 1,
      error_type: 'contract',
    },
    'a full page of 50, the most that an older Canvas gives, without a link header': {
      fault: { kind: 'drop_link_header' },
      nth: 1,
      error_type: 'contract',
      options: { max_per_page: 50 },
    },
    'a later page, cut short by a filter, without a link header': {
      fault: { kind: 'drop_link_header' },
      nth: 2,
      error_type: 'contract',
      options: { max_per_page: 30, size: { ...SIZE, sections_per_course: 2 } },
    },
    'an empty page in the middle, without a link header': {
      fault: { kind: 'empty_list' },
      nth: 2,
      error_type: 'contract',
    },
    'a bookmark that Canvas cannot read, which is page 1 again': {
      fault: { kind: 'repeat_page', how: 'undecodable' },
      nth: 2,
      error_type: 'pagination_loop',
    },
    'a page whose next is itself': { fault: { kind: 'repeat_page' }, nth: 1, error_type: 'pagination_loop' },
    'an empty list where there were rows': {
      fault: { kind: 'empty_list' },
      nth: 1,
      error_type: 'unexpected_empty',
    },
  }
  for (const [name, { fault, nth, error_type, options }] of Object.entries(cuts)) {
    test(name, () =>
      withUniversity(directory, { size: SIZE, ...options }, async (university) => {
        const { simulator, clock } = university
        assertCompleted(await university.sync())
        const { course_id } = anyCourse(simulator)
        for (let times = 1; times <= 3; times++) {
          clock.advance(3_600_000)
          const before = university.tables()
          const path = new RegExp(`/${course_id}/students/submissions$`)
          const stop = simulator.faults.add({ when: { path, nth, every: 1, times: 9 }, fault })
          const record = await university.sync({ full: true })
          stop()
          assert.ok(simulator.faults.fired.length >= times)
          assert.deepEqual([record.sync_status, record.error_type], ['partial', error_type])
          assert.deepEqual(changedRows(before.submissions, university.tables().submissions), [])
        }
        assertCompleted(await university.sync({ full: true }))
        assertTrue(university)
      }),
    )
  }
})

/** What only an administrator is shown. */
const OF_ADMINS = new Set([
  'sis_course_id', 'sis_import_id', 'integration_id', 'sis_term_id', 'sis_section_id', 'sis_account_id',
  'course_integration_id', 'section_integration_id', 'sis_user_id', 'login_id', 'anonymous_id',
]) // prettier-ignore

function withoutAdminFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OF_ADMINS.has(name))
      .map(([name, field]) => [name, withoutAdminFields(field)]),
  )
}

test('a teacher gets the courses they teach, row for row, without what only administrators see', () =>
  withUniversity(directory, { size: SIZE, max_per_page: 20 }, async (university) => {
    const { simulator } = university
    const { truth } = simulator.university
    assertCompleted(await university.sync({ account: null, token: simulator.tokens.teacher }))
    const tables = university.tables()
    const taught = [...truth.courses()]
      .map((row) => String(row['id']))
      .filter((id) =>
        [...truth.enrollments(id)].some(
          (row) => row['type'] !== 'StudentEnrollment' && BigInt(String(row['user_id'])) % 10n ** 13n === 2n,
        ),
      )
    assert.ok(taught.length > 0 && taught.length < SIZE.courses)
    assert.deepEqual([...tables.courses.keys()].sort(), taught.sort())
    for (const id of taught) {
      for (const entity of [
        'sections',
        'enrollments',
        'assignment_groups',
        'assignments',
        'submissions',
      ] as const) {
        const rows = rowsOfCourse(tables, entity, id)
        const shown = trueRowsOfCourse(simulator, entity, id)
        assert.deepEqual([...rows.keys()].sort(), [...shown.keys()].sort())
        for (const [row_id, row] of rows) {
          const wanted = withoutAdminFields(shown.get(row_id)) as Row
          assert.deepEqual(differences(entity, row, wanted), [], `${entity} ${row_id}`)
        }
      }
    }
  }))

test('a student gets their own work alone, and what is hidden from them is null and never 0', () =>
  withUniversity(directory, { size: SIZE, max_per_page: 20 }, async (university) => {
    const { simulator } = university
    const [course] = simulator.university.truth.courses()
    const course_id = String(course?.['id'])
    simulator.university.hideFinalGrades({ course_id, hidden: true })
    for (const { id } of simulator.university.truth.assignments(course_id)) {
      simulator.university.hideGrades({ course_id, assignment_id: String(id) })
    }
    assertCompleted(await university.sync({ account: null, token: simulator.tokens.student }))
    const { courses, enrollments, submissions } = university.tables()
    assert.equal(courses.size, SIZE.courses - 1)
    const students = new Set([...submissions.values()].map((row) => row['user_id']))
    assert.equal(students.size, 1)
    let hidden = 0
    for (const [id, row] of submissions) {
      assert.ok(isLive(row))
      const shown = trueRowsOfCourse(simulator, 'submissions', String(row['course_id'])).get(id)
      assert.ok(shown !== undefined)
      if (shown['posted_at'] === null && shown['graded_at'] !== null) {
        hidden++
        assert.deepEqual(
          [row['score'], row['grade'], row['entered_score'], row['graded_at']],
          [null, null, null, null],
        )
      } else {
        assert.deepEqual(differences('submissions', row, withoutAdminFields(shown) as Row), [], id)
      }
    }
    let of_others = 0
    for (const row of enrollments.values()) {
      if (row['type'] !== 'StudentEnrollment' || students.has(row['user_id'] ?? null)) continue
      of_others++
      assert.deepEqual([row['current_score'], row['final_score'], row['final_grade']], [null, null, null])
    }
    assert.ok(of_others > 0)
    assert.ok(hidden > 0)
  }))

test('an administrator without an account to read gets no courses, and none is made up', () =>
  withUniversity(directory, { size: SIZE }, async (university) => {
    assertCompleted(await university.sync({ account: null }))
    assert.equal(university.tables().courses.size, 0)
  }))
