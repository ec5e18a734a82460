import type { Simulator } from '../../../src/simulator/index.ts'

export const CHANGE_KINDS = [
  'renameCourse', 'hideFinalGrades', 'nicknameCourse', 'concludeCourse', 'unconcludeCourse',
  'unpublishCourse', 'deleteCourse', 'undeleteCourse', 'restrictCourse', 'unrestrictCourse',
  'addSection', 'addStudent', 'renameUser', 'dropStudent', 'readdStudent', 'setEnrollmentState',
  'crossEnroll', 'changeRole', 'addAssignment', 'renameAssignment', 'setDueDate',
  'reorderAssignments', 'deleteAssignment', 'unpublishAssignment', 'publishAssignment', 'submit',
  'grade', 'excuse', 'clearGrade', 'unexcuse', 'setLatePolicyStatus', 'postGrades', 'hideGrades',
] as const // prettier-ignore
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** One thing that happens in the university. The numbers choose among what there is at that moment. */
export interface Change {
  readonly kind: ChangeKind
  readonly a: number
  readonly b: number
  readonly c: number
}

/** What Canvas does not date: fields of submissions (of one student, or of all) that only a whole read is sure to see. */
export type NoteUndated = (assignment_id: string, user_id: string | null, fields: readonly string[]) => void

const GRADE_FIELDS = [
  'score', 'grade', 'entered_score', 'entered_grade', 'points_deducted', 'excused', 'workflow_state',
] // prettier-ignore
const NAMES = ['Aaron Aardvark', 'Zoe Zylberstein', 'Mia <b>Möller</b>', 'José 李', 'Kim O\u2019Neill']
const ALL_STATES = ['claimed', 'available', 'completed', 'deleted'] as const
/** All that may happen to a course while it is deleted. */
const TO_DELETED: ReadonlySet<string> = new Set(['undeleteCourse', 'renameCourse'])

interface Scene {
  readonly simulator: Simulator
  readonly course_id: string
  readonly change: Change
  readonly noteUndated: NoteUndated
}

type Act = (scene: Scene) => void

function pick<T>(values: readonly T[], index: number): T | undefined {
  return values[index % Math.max(1, values.length)]
}

/** An assignment of the course, deleted ones never: they cannot come back. */
function assignmentOf({ simulator, course_id, change }: Scene): string | undefined {
  const row = pick([...simulator.university.truth.assignments(course_id)], change.b)
  return row === undefined ? undefined : String(row['id'])
}

function studentOf({ simulator, course_id, change }: Scene): string | undefined {
  const states = ['active', 'invited', 'inactive', 'completed', 'deleted']
  const rows = [...simulator.university.truth.enrollments(course_id, { states })]
  const students = rows
    .filter((row) => row['type'] === 'StudentEnrollment')
    .map((row) => String(row['user_id']))
  return pick([...new Set(students)], change.c)
}

const course =
  (
    name: 'concludeCourse' | 'unconcludeCourse' | 'unpublishCourse' | 'deleteCourse' | 'unrestrictCourse',
  ): Act =>
  ({ simulator, course_id }) =>
    simulator.university[name]({ course_id })

const withAssignment =
  (act: (scene: Scene, one: { course_id: string; assignment_id: string }) => void): Act =>
  (scene) => {
    const assignment_id = assignmentOf(scene)
    if (assignment_id !== undefined) act(scene, { course_id: scene.course_id, assignment_id })
  }

const withStudent =
  (act: (scene: Scene, one: { course_id: string; user_id: string }) => void): Act =>
  (scene) => {
    const user_id = studentOf(scene)
    if (user_id !== undefined) act(scene, { course_id: scene.course_id, user_id })
  }

interface OneSubmission {
  readonly course_id: string
  readonly assignment_id: string
  readonly user_id: string
}

/** Any student's work on any assignment, seen by Canvas's lists at the moment or not. */
const withSubmission = (act: (scene: Scene, one: OneSubmission) => void): Act =>
  withAssignment((scene, { assignment_id }) =>
    withStudent((_, one) => {
      act(scene, { ...one, assignment_id })
    })(scene),
  )

const ACTS: Readonly<Record<ChangeKind, Act>> = {
  renameCourse: ({ simulator, course_id, change }) =>
    simulator.university.renameCourse({ course_id, name: `Course ${change.b % 7} & more` }),
  hideFinalGrades: ({ simulator, course_id, change }) =>
    simulator.university.hideFinalGrades({ course_id, hidden: change.b % 2 === 0 }),
  nicknameCourse: ({ simulator, course_id, change }) =>
    simulator.university.nicknameCourse({
      course_id,
      user_id: '1',
      nickname: change.b % 2 === 0 ? null : `Nick ${change.b % 3}`,
    }),
  concludeCourse: course('concludeCourse'),
  unconcludeCourse: course('unconcludeCourse'),
  unpublishCourse: course('unpublishCourse'),
  deleteCourse: course('deleteCourse'),
  undeleteCourse: course('unconcludeCourse'),
  restrictCourse: ({ simulator, course_id }) =>
    simulator.university.restrictCourseByDate({ course_id, everyone: true }),
  unrestrictCourse: course('unrestrictCourse'),
  addSection: ({ simulator, course_id, change }) => {
    simulator.university.addSection({ course_id, name: `Section ${change.b}` })
  },
  addStudent: ({ simulator, course_id, change }) => {
    const name = pick(NAMES, change.b)
    simulator.university.addStudent({ course_id, ...(name === undefined ? {} : { name }) })
  },
  renameUser: withStudent(({ simulator, change }, { user_id }) =>
    simulator.university.renameUser({ user_id, name: pick(NAMES, change.b) ?? 'Nobody' }),
  ),
  dropStudent: withStudent(({ simulator }, one) => simulator.university.dropStudent(one)),
  readdStudent: withStudent(({ simulator }, one) => simulator.university.readdStudent(one)),
  setEnrollmentState: withStudent(({ simulator, change }, one) =>
    simulator.university.setEnrollmentState({
      ...one,
      state: pick(['inactive', 'completed', 'invited', 'active', 'rejected'] as const, change.b) ?? 'active',
    }),
  ),
  crossEnroll: withStudent(({ simulator }, one) => {
    simulator.university.crossEnroll(one)
  }),
  changeRole: withStudent(({ simulator, course_id }, one) => {
    const states = ['active', 'invited', 'inactive', 'completed']
    const rows = [...simulator.university.truth.enrollments(course_id, { states })]
    if (!rows.some((row) => row['user_id'] === one.user_id)) return
    simulator.university.changeRole({ ...one, type: 'TaEnrollment' })
  }),
  addAssignment: ({ simulator, course_id, change }) => {
    simulator.university.addAssignment({ course_id, name: `Task ${change.b}` })
  },
  renameAssignment: withAssignment(({ simulator, change }, one) =>
    simulator.university.renameAssignment({ ...one, name: `Essay ${change.c}` }),
  ),
  setDueDate: withAssignment(({ simulator, change }, one) =>
    simulator.university.setDueDate({
      ...one,
      due_at: change.c % 3 === 0 ? null : `2026-1${change.c % 3}-0${1 + (change.c % 9)}T00:00:00Z`,
    }),
  ),
  reorderAssignments: withAssignment(({ simulator }, { course_id, assignment_id }) =>
    simulator.university.reorderAssignments({ course_id, assignment_ids: [assignment_id] }),
  ),
  deleteAssignment: withAssignment(({ simulator }, one) => simulator.university.deleteAssignment(one)),
  unpublishAssignment: withAssignment(({ simulator }, one) => simulator.university.unpublishAssignment(one)),
  publishAssignment: withAssignment(({ simulator }, one) => simulator.university.publishAssignment(one)),
  submit: withSubmission(({ simulator }, one) => {
    simulator.university.submit(one)
  }),
  grade: withSubmission(({ simulator, change }, one) => {
    simulator.university.grade({ ...one, score: (change.a % 11) / 2 })
  }),
  excuse: withSubmission(({ simulator }, one) => {
    simulator.university.excuse(one)
  }),
  clearGrade: withSubmission((scene, one) => {
    scene.noteUndated(one.assignment_id, one.user_id, GRADE_FIELDS)
    scene.simulator.university.clearGrade(one)
  }),
  unexcuse: withSubmission((scene, one) => {
    scene.noteUndated(one.assignment_id, one.user_id, GRADE_FIELDS)
    scene.simulator.university.unexcuse(one)
  }),
  setLatePolicyStatus: withSubmission((scene, one) => {
    scene.noteUndated(one.assignment_id, one.user_id, ['late_policy_status'])
    const late_policy_status = pick(['late', 'missing', 'extended', 'none', null] as const, scene.change.a)
    scene.simulator.university.setLatePolicyStatus({ ...one, late_policy_status: late_policy_status ?? null })
  }),
  postGrades: withAssignment((scene, one) => {
    scene.noteUndated(one.assignment_id, null, ['posted_at'])
    scene.simulator.university.postGrades(one)
  }),
  hideGrades: withAssignment((scene, one) => {
    scene.noteUndated(one.assignment_id, null, ['posted_at'])
    scene.simulator.university.hideGrades(one)
  }),
}

/** Lets the change happen; one for which there is nothing to change is left out. */
export function happen(simulator: Simulator, change: Change, noteUndated: NoteUndated): void {
  const courses = [...simulator.university.truth.courses({ states: ALL_STATES })]
  const chosen = pick(courses, change.a)
  if (chosen === undefined) return
  if (chosen['workflow_state'] === 'deleted' && !TO_DELETED.has(change.kind)) return
  const act: Act = ACTS[change.kind]
  try {
    act({ simulator, course_id: String(chosen['id']), change, noteUndated })
  } catch (error) {
    // A student without a row for the assignment, because it came while the student was away.
    if (!(error instanceof RangeError)) throw error
  }
}
