import type { JsonObject, JsonValue } from '../json.ts'
import { isoTime } from '../university/calendar.ts'
import { rowLocalId, submissionOf } from '../university/gradebook.ts'
import type { AssignmentGroupRecord, AssignmentRecord, CourseContent } from '../university/records.ts'
import {
  allStudents,
  currentStudents,
  dueFor,
  isAssignedTo,
  sectionsOfStudent,
} from '../university/roster.ts'
import { roleIn } from '../viewer.ts'
import type { View } from './view.ts'

export interface AssignmentJsonOptions {
  /** `override_assignment_dates=false` asks for the date of everyone else. */
  readonly has_effective_dates: boolean
  readonly has_needs_grading_count?: boolean
}

export function assignmentJson(
  view: View,
  content: CourseContent,
  assignment: AssignmentRecord,
  options: AssignmentJsonOptions,
): JsonObject {
  const { world } = view
  const course_id = world.id(content.course.local_id)
  const id = world.id(assignment.local_id)
  const html_url = `${world.base_url}/courses/${course_id}/assignments/${id}`
  const file_url = `${world.base_url}/courses/${course_id}/files/${id}`
  const due_ms = options.has_effective_dates ? effectiveDue(view, content, assignment) : assignment.due_ms
  const is_quiz = assignment.submission_type === 'online_quiz'
  const json: JsonObject = {
    id,
    description: `<p>Read <a class="instructure_file_link" href="${file_url}/download?verifier=${view.verifier}" data-api-endpoint="${world.base_url}/api/v1/courses/${course_id}/files/${id}" data-api-returntype="File">the paper</a> &amp; answer.</p>`,
    due_at: isoTime(due_ms),
    unlock_at: null,
    lock_at: null,
    points_possible: assignment.points_possible,
    grading_type: assignment.grading_type,
    assignment_group_id: world.id(assignment.group_local_id),
    grading_standard_id: null,
    created_at: isoTime(assignment.created_ms),
    updated_at: isoTime(assignment.updated_ms),
    peer_reviews: false,
    automatic_peer_reviews: false,
    position: assignment.position,
    grade_group_students_individually: false,
    anonymous_peer_reviews: false,
    group_category_id: null,
    post_to_sis: false,
    moderated_grading: false,
    omit_from_final_grade: assignment.omit_from_final_grade,
    intra_group_peer_reviews: false,
    anonymous_instructor_annotations: false,
    anonymous_grading: false,
    graders_anonymous_to_graders: false,
    grader_count: 0,
    grader_comments_visible_to_graders: true,
    final_grader_id: null,
    grader_names_visible_to_final_grader: true,
    allowed_attempts: -1,
    hide_in_gradebook: false,
    secure_params: null,
    course_id,
    name: assignment.name,
    submission_types: [assignment.submission_type],
    has_submitted_submissions: assignment.submission_type !== 'on_paper',
    due_date_required: false,
    max_name_length: 255,
    in_closed_grading_period: false,
    is_quiz_assignment: is_quiz,
    can_duplicate: !is_quiz,
    original_course_id: null,
    original_assignment_id: null,
    workflow_state: assignment.workflow_state,
    muted: assignment.posts_manually,
    html_url,
    published: assignment.workflow_state === 'published',
    only_visible_to_overrides: assignment.only_section_local_id !== null,
    locked_for_user: false,
    submissions_download_url: `${html_url}/submissions?zip=1`,
    post_manually: assignment.posts_manually,
    anonymize_students: false,
    require_lockdown_browser: false,
  }
  if (is_quiz) json['quiz_id'] = id
  addForGraders(view, content, assignment, options, json)
  return json
}

function addForGraders(
  view: View,
  content: CourseContent,
  assignment: AssignmentRecord,
  options: AssignmentJsonOptions,
  json: JsonObject,
): void {
  const role = roleIn(view.world, view.viewer, content.course)
  if (role === 'student' || role === 'none') return
  if (options.has_needs_grading_count !== false) {
    json['needs_grading_count'] = needsGradingCount(view, content, assignment)
  }
  if (view.includes('assignment_visibility')) {
    json['assignment_visibility'] = visibleTo(view, content, assignment)
  }
  if (view.includes('all_dates')) json['all_dates'] = allDates(assignment)
}

/** Staff see the latest of the dates, a student the one of their section. */
function effectiveDue(view: View, content: CourseContent, assignment: AssignmentRecord): number | null {
  if (roleIn(view.world, view.viewer, content.course) === 'student') {
    return dueFor(assignment, sectionsOfStudent(content, view.viewer.user_local_id))
  }
  if (assignment.due_ms === null || assignment.section_due === null) return assignment.due_ms
  return Math.max(assignment.due_ms, assignment.section_due.due_ms)
}

function allDates(assignment: AssignmentRecord): JsonValue {
  const base = { base: true, due_at: isoTime(assignment.due_ms), unlock_at: null, lock_at: null }
  if (assignment.section_due === null) return [base]
  return [
    base,
    { title: 'Section 2', due_at: isoTime(assignment.section_due.due_ms), unlock_at: null, lock_at: null },
  ]
}

function visibleTo(view: View, content: CourseContent, assignment: AssignmentRecord): JsonValue {
  return [...allStudents(content)]
    .filter((user) => isAssignedTo(assignment, sectionsOfStudent(content, user)))
    .map((user) => String(view.world.id(user)))
}

function needsGradingCount(view: View, content: CourseContent, assignment: AssignmentRecord): number {
  let count = 0
  for (const user_local_id of currentStudents(content)) {
    const local_id = rowLocalId(content, assignment.local_id, user_local_id)
    if (local_id === undefined) continue
    const { workflow_state } = submissionOf(view.world, content, { local_id, assignment, user_local_id })
    if (workflow_state === 'submitted' || workflow_state === 'pending_review') count += 1
  }
  return count
}

export function assignmentGroupJson(view: View, group: AssignmentGroupRecord): JsonObject {
  const json: JsonObject = {
    id: view.world.id(group.local_id),
    name: group.name,
    position: group.position,
    group_weight: group.group_weight,
    sis_source_id: null,
    integration_data: {},
    rules: group.drop_lowest > 0 ? { drop_lowest: group.drop_lowest } : {},
  }
  return json
}
