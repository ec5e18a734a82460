import { courseToChange } from './course-mutations.ts'
import { addRow } from './gradebook.ts'
import type { AssignmentRecord, CourseContent } from './records.ts'
import { allStudents } from './roster.ts'
import type { World } from './world.ts'

interface OneAssignment {
  readonly course_id: string
  readonly assignment_id: string
}

export interface CourseworkMutations {
  /** Every student of the course gets an unsubmitted row; returns the id of the assignment. */
  addAssignment(change: {
    course_id: string
    name: string
    points_possible?: number
    due_at?: string | null
    submission_type?: AssignmentRecord['submission_type']
  }): string
  renameAssignment(change: OneAssignment & { name: string }): void
  setDueDate(change: OneAssignment & { due_at: string | null }): void
  /** The named assignments come first, in this order; the others keep theirs behind them. */
  reorderAssignments(change: { course_id: string; assignment_ids: readonly string[] }): void
  /** It leaves the lists, is 404 by id, and its submissions leave with it. */
  deleteAssignment(change: OneAssignment): void
  unpublishAssignment(change: OneAssignment): void
  publishAssignment(change: OneAssignment): void
}

export function courseworkMutations(world: World): CourseworkMutations {
  const change = (one: OneAssignment, apply: (assignment: AssignmentRecord) => void): void => {
    const content = world.changingContent(courseToChange(world, one.course_id))
    const assignment = assignmentToChange(world, content, one.assignment_id)
    apply(assignment)
    assignment.updated_ms = world.now()
  }
  const setState = (one: OneAssignment, state: AssignmentRecord['workflow_state']): void => {
    change(one, (assignment) => {
      assignment.workflow_state = state
    })
  }
  return {
    addAssignment(wanted) {
      const content = world.changingContent(courseToChange(world, wanted.course_id))
      const due_ms = wanted.due_at === undefined || wanted.due_at === null ? null : Date.parse(wanted.due_at)
      const assignment: AssignmentRecord = {
        local_id: world.nextLocalId('assignment'),
        group_local_id: content.groups[0]?.local_id ?? 0,
        points_possible: wanted.points_possible ?? 10,
        grading_type: 'points',
        submission_type: wanted.submission_type ?? 'online_text_entry',
        created_ms: world.now(),
        posts_manually: false,
        omit_from_final_grade: false,
        only_section_local_id: null,
        section_due: null,
        name: wanted.name,
        position: Math.max(0, ...content.assignments.map((other) => other.position)) + 1,
        first_due_ms: due_ms,
        due_ms,
        workflow_state: 'published',
        updated_ms: world.now(),
      }
      content.assignments.push(assignment)
      for (const user_local_id of allStudents(content)) addRow(content, assignment.local_id, user_local_id)
      return world.id(assignment.local_id).toString()
    },
    renameAssignment(one) {
      change(one, (assignment) => {
        assignment.name = one.name
      })
    },
    setDueDate(one) {
      change(one, (assignment) => {
        assignment.due_ms = one.due_at === null ? null : Date.parse(one.due_at)
      })
    },
    reorderAssignments({ course_id, assignment_ids }) {
      const content = world.changingContent(courseToChange(world, course_id))
      const first = assignment_ids.map((id) => assignmentToChange(world, content, id))
      const others = content.assignments
        .filter((assignment) => !first.includes(assignment))
        .toSorted((left, right) => left.position - right.position)
      for (const [index, assignment] of [...first, ...others].entries()) assignment.position = index + 1
    },
    deleteAssignment: (one) => setState(one, 'deleted'),
    unpublishAssignment: (one) => setState(one, 'unpublished'),
    publishAssignment: (one) => setState(one, 'published'),
  }
}

export function assignmentToChange(
  world: World,
  content: CourseContent,
  assignment_id: string,
): AssignmentRecord {
  const local_id = world.localId(assignment_id)
  const assignment = content.assignments.find((other) => other.local_id === local_id)
  if (assignment === undefined) {
    throw new RangeError(`no assignment ${assignment_id} in course ${content.course.local_id}`)
  }
  return assignment
}
