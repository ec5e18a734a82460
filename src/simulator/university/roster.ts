import type {
  AssignmentRecord,
  CourseContent,
  CourseRecord,
  EnrollmentRecord,
  EnrollmentState,
} from './records.ts'

/** The state the API tells: a concluded course completes its enrollments, a deleted one deletes them. */
export function effectiveState(course: CourseRecord, enrollment: EnrollmentRecord): EnrollmentState {
  if (course.workflow_state === 'deleted') return 'deleted'
  const is_current = enrollment.state === 'active' || enrollment.state === 'invited'
  return course.workflow_state === 'completed' && is_current ? 'completed' : enrollment.state
}

export function isStudent(enrollment: EnrollmentRecord): boolean {
  return enrollment.type === 'StudentEnrollment'
}

/** Users with a student enrollment that is not deleted, as `student_ids[]=all` means them. */
export function allStudents(
  content: CourseContent,
  isWanted: (state: EnrollmentState) => boolean = () => true,
): Set<number> {
  const users = new Set<number>()
  for (const enrollment of content.enrollments) {
    const state = effectiveState(content.course, enrollment)
    if (isStudent(enrollment) && state !== 'deleted' && isWanted(state)) users.add(enrollment.user_local_id)
  }
  return users
}

/** The ones `/assignments/:id/submissions` lists. */
export function currentStudents(content: CourseContent): Set<number> {
  return allStudents(content, (state) => state === 'active' || state === 'invited')
}

const sections_by_content = new WeakMap<CourseContent, { length: number; map: Map<number, number[]> }>()

/** A student's sections; those of a dropped enrollment too, since the work done there remains. */
export function sectionsOfStudent(content: CourseContent, user_local_id: number): readonly number[] {
  let known = sections_by_content.get(content)
  if (known === undefined || known.length !== content.enrollments.length) {
    const map = new Map<number, number[]>()
    for (const enrollment of content.enrollments) {
      if (!isStudent(enrollment)) continue
      const sections = map.get(enrollment.user_local_id)
      if (sections === undefined) map.set(enrollment.user_local_id, [enrollment.section_local_id])
      else sections.push(enrollment.section_local_id)
    }
    known = { length: content.enrollments.length, map }
    sections_by_content.set(content, known)
  }
  return known.map.get(user_local_id) ?? []
}

export function isAssignedTo(assignment: AssignmentRecord, sections: readonly number[]): boolean {
  return assignment.only_section_local_id === null || sections.includes(assignment.only_section_local_id)
}

export function dueFor(assignment: AssignmentRecord, sections: readonly number[]): number | null {
  const { section_due } = assignment
  return section_due !== null && sections.includes(section_due.section_local_id)
    ? section_due.due_ms
    : assignment.due_ms
}
