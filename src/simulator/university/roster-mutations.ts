import { courseToChange } from './course-mutations.ts'
import { addRow } from './gradebook.ts'
import { sortableNameOf } from './names.ts'
import type { CourseContent, EnrollmentRecord, EnrollmentState, EnrollmentType } from './records.ts'
import { isStudent } from './roster.ts'
import type { World } from './world.ts'

export interface RosterMutations {
  /** Changes the sortable name too, and with it the order of every enrollment list the user is in. */
  renameUser(change: { user_id: string; name: string }): void
  /** Enrolls a user, or a new one when none is given; returns their id. */
  addStudent(change: {
    course_id: string
    user_id?: string
    name?: string
    section_id?: string
    state?: EnrollmentState
  }): string
  /** The enrollments become `deleted` and leave the default list; their submissions leave it too. */
  dropStudent(change: { course_id: string; user_id: string }): void
  /** The same rows, with the same ids, become active again. */
  readdStudent(change: { course_id: string; user_id: string }): void
  setEnrollmentState(change: { course_id: string; user_id: string; state: EnrollmentState }): void
  /** The old row is deleted and one with the new role appears; returns its id. */
  changeRole(change: { course_id: string; user_id: string; type: EnrollmentType }): string
  /** A second row for the same user, in another section; returns its id. */
  crossEnroll(change: { course_id: string; user_id: string; section_id?: string }): string
  /** Returns the id of the new section. */
  addSection(change: { course_id: string; name: string }): string
}

export function rosterMutations(world: World): RosterMutations {
  const contentOf = (course_id: string): CourseContent =>
    world.changingContent(courseToChange(world, course_id))
  const setState = (change: { course_id: string; user_id: string }, state: EnrollmentState): void => {
    const content = contentOf(change.course_id)
    const rows = studentRows(content, world.localId(change.user_id))
    if (rows.length === 0) {
      throw new RangeError(`user ${change.user_id} is no student of course ${change.course_id}`)
    }
    for (const row of rows) {
      row.state = state
      row.updated_ms = world.now()
    }
    if (state !== 'deleted') addRows(content, world.localId(change.user_id))
  }
  return {
    renameUser({ user_id, name }) {
      world.setName(world.localId(user_id), { name, sortable_name: sortableNameOf(name) })
      world.version += 1
    },
    addStudent(change) {
      const content = contentOf(change.course_id)
      const user_local_id =
        change.user_id === undefined
          ? world.addUser(
              change.name === undefined
                ? undefined
                : { name: change.name, sortable_name: sortableNameOf(change.name) },
            )
          : world.localId(change.user_id)
      if (world.user(user_local_id) === undefined) throw new RangeError(`no user ${change.user_id}`)
      addEnrollment(world, content, user_local_id, 'StudentEnrollment', change.section_id, change.state)
      addRows(content, user_local_id)
      return world.id(user_local_id).toString()
    },
    dropStudent: (change) => setState(change, 'deleted'),
    readdStudent: (change) => setState(change, 'active'),
    setEnrollmentState: (change) => setState(change, change.state),
    changeRole({ course_id, user_id, type }) {
      const content = contentOf(course_id)
      const user_local_id = world.localId(user_id)
      let section_id: string | undefined
      for (const row of content.enrollments) {
        if (row.user_local_id !== user_local_id || row.state === 'deleted') continue
        row.state = 'deleted'
        row.updated_ms = world.now()
        section_id ??= world.id(row.section_local_id).toString()
      }
      if (section_id === undefined) throw new RangeError(`user ${user_id} is not in course ${course_id}`)
      return addEnrollment(world, content, user_local_id, type, section_id)
    },
    crossEnroll({ course_id, user_id, section_id }) {
      const content = contentOf(course_id)
      const user_local_id = world.localId(user_id)
      const [first] = studentRows(content, user_local_id)
      if (first === undefined) throw new RangeError(`user ${user_id} is not in course ${course_id}`)
      const other = content.sections.find((section) => section.local_id !== first.section_local_id)
      const chosen = section_id ?? world.id(other?.local_id ?? first.section_local_id).toString()
      return addEnrollment(world, content, user_local_id, 'StudentEnrollment', chosen)
    },
    addSection({ course_id, name }) {
      const content = contentOf(course_id)
      const local_id = world.nextLocalId('section')
      content.sections.push({ local_id, name, created_ms: world.now() })
      return world.id(local_id).toString()
    },
  }
}

function studentRows(content: CourseContent, user_local_id: number): EnrollmentRecord[] {
  return content.enrollments.filter((row) => isStudent(row) && row.user_local_id === user_local_id)
}

/** Whoever joins, or comes back, gets a row for every assignment they have none for. */
function addRows(content: CourseContent, user_local_id: number): void {
  for (const assignment of content.assignments) {
    if (assignment.workflow_state !== 'deleted') addRow(content, assignment.local_id, user_local_id)
  }
}

function addEnrollment(
  world: World,
  content: CourseContent,
  user_local_id: number,
  type: EnrollmentType,
  section_id: string | undefined,
  state: EnrollmentState = 'active',
): string {
  const section_local_id =
    section_id === undefined ? content.sections[0]?.local_id : world.localId(section_id)
  if (!content.sections.some((section) => section.local_id === section_local_id)) {
    throw new RangeError(`no section ${section_id} in course ${content.course.local_id}`)
  }
  const local_id = world.nextLocalId('enrollment')
  content.enrollments.push({
    local_id,
    user_local_id,
    section_local_id: section_local_id ?? 0,
    created_ms: world.now(),
    type,
    state,
    updated_ms: world.now(),
  })
  world.noteCourseOfUser(user_local_id, content.course.local_id)
  return world.id(local_id).toString()
}
