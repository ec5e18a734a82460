import { initialSubmission, UNSUBMITTED } from './submission-state.ts'
import type { AssignmentRecord, CourseContent, SubmissionRecord } from './records.ts'
import type { World } from './world.ts'

/** One row of Canvas's submissions table: there is one for every student and assignment. */
export interface SubmissionRow {
  readonly local_id: number
  readonly assignment: AssignmentRecord
  readonly user_local_id: number
}

export function submissionOf(world: World, content: CourseContent, row: SubmissionRow): SubmissionRecord {
  const changed = content.changed_submissions.get(row.local_id)
  if (changed !== undefined) return changed
  if (isLaterRow(content, row.local_id)) return UNSUBMITTED
  return initialSubmission(world.seed, world.anchor_ms, content.course, row.assignment, row.user_local_id)
}

export function rowLocalId(
  content: CourseContent,
  assignment_local_id: number,
  user_local_id: number,
): number | undefined {
  const slot = content.slot_of_student.get(user_local_id)
  const first = content.assignments[0]
  const index = first === undefined ? -1 : assignment_local_id - first.local_id
  if (slot !== undefined && index >= 0 && index < content.initial_assignment_count) {
    return content.course.first_submission_local_id + index * content.initial_students.length + slot
  }
  const later = content.later_row_index.get(`${assignment_local_id}/${user_local_id}`)
  return later === undefined ? undefined : firstLaterLocalId(content) + later
}

/** Rows of new students and new assignments get the highest ids, as in a table. */
export function addRow(content: CourseContent, assignment_local_id: number, user_local_id: number): void {
  if (rowLocalId(content, assignment_local_id, user_local_id) !== undefined) return
  content.later_row_index.set(`${assignment_local_id}/${user_local_id}`, content.later_rows.length)
  content.later_rows.push({ assignment_local_id, user_local_id })
}

/** Every row behind `after_local_id`, in the order of ids; rows of deleted assignments too. */
export function* rowsAfter(content: CourseContent, after_local_id: number): Generator<SubmissionRow> {
  const first_local_id = content.course.first_submission_local_id
  const width = content.initial_students.length
  const start = Math.max(0, after_local_id + 1 - first_local_id)
  const grid_size = width * content.initial_assignment_count
  for (let position = start; position < grid_size; position += 1) {
    const assignment = content.assignments[Math.floor(position / width)]
    const user_local_id = content.initial_students[position % width]
    if (assignment === undefined || user_local_id === undefined) continue
    yield { local_id: first_local_id + position, assignment, user_local_id }
  }
  const by_id = new Map(content.assignments.map((assignment) => [assignment.local_id, assignment]))
  for (let index = Math.max(0, start - grid_size); index < content.later_rows.length; index += 1) {
    const later = content.later_rows[index]
    const assignment = later && by_id.get(later.assignment_local_id)
    if (later === undefined || assignment === undefined) continue
    yield { local_id: firstLaterLocalId(content) + index, assignment, user_local_id: later.user_local_id }
  }
}

export function rowAt(content: CourseContent, local_id: number): SubmissionRow | undefined {
  const row = rowsAfter(content, local_id - 1).next().value
  return row !== undefined && row.local_id === local_id ? row : undefined
}

function firstLaterLocalId(content: CourseContent): number {
  return (
    content.course.first_submission_local_id +
    content.initial_students.length * content.initial_assignment_count
  )
}

function isLaterRow(content: CourseContent, local_id: number): boolean {
  return local_id >= firstLaterLocalId(content)
}
