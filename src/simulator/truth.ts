import type { JsonObject } from './json.ts'
import { withStringIds } from './json.ts'
import { byName, defaultStates } from './endpoints/enrollments.ts'
import { accountJson, sectionJson, termJson } from './present/account-json.ts'
import { assignmentGroupJson, assignmentJson } from './present/assignment-json.ts'
import { courseJson } from './present/course-json.ts'
import { enrollmentJson } from './present/enrollment-json.ts'
import { submissionJson } from './present/submission-json.ts'
import { userJson } from './present/user-json.ts'
import type { View } from './present/view.ts'
import { ADMIN_LOCAL_ID } from './university/catalogue.ts'
import { rowsAfter } from './university/gradebook.ts'
import type { CourseContent, CourseState } from './university/records.ts'
import { allStudents, effectiveState, isAssignedTo, sectionsOfStudent } from './university/roster.ts'
import type { World } from './university/world.ts'

export type TruthEntity =
  | 'accounts'
  | 'terms'
  | 'courses'
  | 'sections'
  | 'users'
  | 'enrollments'
  | 'assignment_groups'
  | 'assignments'
  | 'submissions'

/** One object of the API as an admin sees it, ids as decimal strings, without its volatile fields. */
export type TruthRow = Record<string, unknown>

/** Fields that change without anybody changing anything, or are derived from the clock: truth leaves them out. */
export const VOLATILE_FIELDS: Readonly<Record<TruthEntity, readonly string[]>> = {
  accounts: [],
  terms: [],
  courses: ['syllabus_body'],
  sections: [],
  users: [],
  enrollments: ['last_activity_at', 'total_activity_time'],
  assignment_groups: [],
  assignments: ['description', 'needs_grading_count'],
  submissions: ['seconds_late', 'late', 'missing', 'preview_url', 'body', 'attachments'],
}

/** What the university really holds, row for row, to compare a database with. */
export interface Truth {
  accounts(): Iterable<TruthRow>
  terms(): Iterable<TruthRow>
  /** The default list of the root account: every state but deleted, unless `states` says otherwise. */
  courses(options?: { states?: readonly CourseState[] }): Iterable<TruthRow>
  sections(course_id: string): Iterable<TruthRow>
  /** Every user with an enrollment of any state in the course. */
  users(course_id: string): Iterable<TruthRow>
  /** What an admin gets without `state[]`: active, invited and inactive, unless `states` says otherwise. */
  enrollments(course_id: string, options?: { states?: readonly string[] }): Iterable<TruthRow>
  assignment_groups(course_id: string): Iterable<TruthRow>
  /** Due dates are the caller's effective ones, as Canvas shows them, unless that is switched off. */
  assignments(course_id: string, options?: { override_assignment_dates?: boolean }): Iterable<TruthRow>
  /** Of published assignments and of students whose enrollment is not deleted. */
  submissions(course_id: string): Iterable<TruthRow>
}

export function makeTruth(world: World): Truth {
  const view: View = {
    world,
    viewer: { user_local_id: ADMIN_LOCAL_ID, is_admin: true },
    get now_ms() {
      return world.now()
    },
    verifier: '',
    includes: () => false,
  }
  const rows = (entity: TruthEntity, objects: Iterable<JsonObject>): Iterable<TruthRow> =>
    stableRows(entity, objects)
  return {
    accounts: () =>
      rows(
        'accounts',
        world.accounts.map((account) => accountJson(view, account)),
      ),
    terms: () =>
      rows(
        'terms',
        world.terms.map((term) => termJson(view, term)),
      ),
    courses: (options) => rows('courses', courses(view, options?.states)),
    sections(course_id) {
      const content = contentOf(world, course_id)
      return rows('sections', content?.sections.map((section) => sectionJson(view, content, section)) ?? [])
    },
    users(course_id) {
      const enrollments = contentOf(world, course_id)?.enrollments ?? []
      const local_ids = new Set(enrollments.map((enrollment) => enrollment.user_local_id))
      return rows(
        'users',
        [...local_ids].map((local_id) => userJson(view, local_id)),
      )
    },
    enrollments: (course_id, options) => rows('enrollments', enrollments(view, course_id, options?.states)),
    assignment_groups(course_id) {
      const groups = contentOf(world, course_id)?.groups ?? []
      return rows(
        'assignment_groups',
        groups.map((group) => assignmentGroupJson(view, group)),
      )
    },
    assignments: (course_id, options) =>
      rows('assignments', assignments(view, course_id, options?.override_assignment_dates ?? true)),
    submissions: (course_id) => rows('submissions', submissions(view, course_id)),
  }
}

function* stableRows(entity: TruthEntity, objects: Iterable<JsonObject>): Generator<TruthRow> {
  for (const object of objects) {
    for (const field of VOLATILE_FIELDS[entity]) delete object[field]
    yield withStringIds(object)
  }
}

/** A deleted course has no contents any more. */
function contentOf(world: World, course_id: string): CourseContent | undefined {
  const course = world.courses.get(world.localId(course_id))
  if (course === undefined) throw new RangeError(`no course has the id ${course_id}`)
  return course.workflow_state === 'deleted' ? undefined : world.content(course)
}

function* courses(view: View, states?: readonly CourseState[]): Generator<JsonObject> {
  for (const course of view.world.courses.values()) {
    const is_wanted = states?.includes(course.workflow_state) ?? course.workflow_state !== 'deleted'
    if (is_wanted) yield courseJson(view, course, { is_account_list: true })
  }
}

function* enrollments(view: View, course_id: string, states?: readonly string[]): Generator<JsonObject> {
  const content = contentOf(view.world, course_id)
  if (content === undefined) return
  const wanted = states === undefined ? defaultStates('admin') : new Set(states)
  const list = byName(view.world, content, (row) => wanted.has(effectiveState(content.course, row)))
  for (const row of list.after(null, Infinity)) yield enrollmentJson(view, content, row)
}

function* assignments(view: View, course_id: string, has_effective_dates: boolean): Generator<JsonObject> {
  const content = contentOf(view.world, course_id)
  if (content === undefined) return
  const active = content.assignments.filter((assignment) => assignment.workflow_state !== 'deleted')
  for (const assignment of active.sort((left, right) => left.position - right.position)) {
    yield assignmentJson(view, content, assignment, {
      has_effective_dates,
      has_needs_grading_count: false,
    })
  }
}

function* submissions(view: View, course_id: string): Generator<JsonObject> {
  const content = contentOf(view.world, course_id)
  if (content === undefined) return
  const students = allStudents(content)
  for (const row of rowsAfter(content, 0)) {
    if (row.assignment.workflow_state !== 'published' || !students.has(row.user_local_id)) continue
    if (!isAssignedTo(row.assignment, sectionsOfStudent(content, row.user_local_id))) continue
    yield submissionJson(view, content, row, false)
  }
}
