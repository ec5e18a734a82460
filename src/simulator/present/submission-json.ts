import type { JsonObject } from '../json.ts'
import { isoTime } from '../university/calendar.ts'
import { submissionOf, type SubmissionRow } from '../university/gradebook.ts'
import { hash } from '../university/random.ts'
import { letterOf } from '../university/grades.ts'
import type { AssignmentRecord, CourseContent, SubmissionRecord } from '../university/records.ts'
import { dueFor, isAssignedTo, sectionsOfStudent } from '../university/roster.ts'
import { assignmentJson } from './assignment-json.ts'
import { gradingPeriodLocalIdAt } from './account-json.ts'
import { userDisplayJson } from './user-json.ts'
import type { View } from './view.ts'

/** No `updated_at` and no `created_at`: Canvas has none here. */
export function submissionJson(
  view: View,
  content: CourseContent,
  row: SubmissionRow,
  is_student_view: boolean,
): JsonObject {
  const { world } = view
  const { assignment } = row
  const submission = submissionOf(world, content, row)
  const course_id = world.id(content.course.local_id)
  const assignment_id = world.id(assignment.local_id)
  const user_id = world.id(row.user_local_id)
  const sections = sectionsOfStudent(content, row.user_local_id)
  const due_ms = dueFor(assignment, sections)
  const lateness = latenessOf(view, submission, assignment, due_ms)
  const is_hidden = is_student_view && submission.posted_ms === null && submission.graded_ms !== null
  const json: JsonObject = {
    id: world.id(row.local_id),
    body: bodyOf(view, row, submission),
    url: assignment.submission_type === 'online_url' && submission.attempt !== null ? urlOf(view, row) : null,
    grade: is_hidden ? undefined : gradeText(assignment, submission, submission.score),
    score: is_hidden ? undefined : submission.score,
    submitted_at: isoTime(submission.submitted_ms),
    assignment_id,
    user_id,
    submission_type: submission.attempt === null ? null : assignment.submission_type,
    workflow_state: submission.workflow_state,
    grade_matches_current_submission: submission.grade_matches_current_submission,
    graded_at: is_hidden ? undefined : isoTime(submission.graded_ms),
    grader_id: is_hidden || submission.grader_local_id === null ? null : world.id(submission.grader_local_id),
    attempt: submission.attempt,
    cached_due_date: isoTime(due_ms),
    excused: submission.excused,
    late_policy_status: submission.late_policy_status,
    points_deducted: is_hidden ? undefined : submission.points_deducted,
    grading_period_id: world.id(gradingPeriodLocalIdAt(world.anchor_ms, due_ms)),
    extra_attempts: null,
    posted_at: isoTime(submission.posted_ms),
    redo_request: false,
    custom_grade_status_id: null,
    sticker: null,
    ...lateness,
    entered_grade: is_hidden ? undefined : gradeText(assignment, submission, submission.entered_score),
    entered_score: is_hidden ? undefined : submission.entered_score,
    preview_url: `${world.base_url}/courses/${course_id}/assignments/${assignment_id}/submissions/${user_id}?preview=1&version=${previewVersion(view, submission)}`,
  }
  if (view.viewer.is_admin) json['anonymous_id'] = hash(world.seed, 95, row.local_id).toString(36).slice(0, 5)
  if (submission.attempt !== null && assignment.submission_type === 'online_upload') {
    json['attachments'] = [attachment(view, row)]
  }
  addIncludes(view, content, row, json, isAssignedTo(assignment, sections))
  return json
}

function addIncludes(
  view: View,
  content: CourseContent,
  row: SubmissionRow,
  json: JsonObject,
  is_visible: boolean,
): void {
  if (view.includes('assignment')) {
    json['assignment'] = assignmentJson(view, content, row.assignment, {
      has_effective_dates: true,
      has_needs_grading_count: false,
    })
  }
  if (view.includes('user')) json['user'] = userDisplayJson(view, row.user_local_id)
  if (view.includes('course')) {
    json['course'] = { id: view.world.id(content.course.local_id), name: content.course.name }
  }
  if (view.includes('submission_comments')) json['submission_comments'] = []
  if (view.includes('visibility')) json['assignment_visible'] = is_visible
}

function gradeText(
  assignment: AssignmentRecord,
  submission: SubmissionRecord,
  score: number | null,
): string | null {
  if (submission.excused) return 'EX'
  if (score === null) return null
  return assignment.grading_type === 'letter_grade'
    ? letterOf((100 * score) / assignment.points_possible)
    : String(score)
}

/** `seconds_late` of a missing submission grows with the clock. */
function latenessOf(
  view: View,
  submission: SubmissionRecord,
  assignment: AssignmentRecord,
  due_ms: number | null,
): { late: boolean; missing: boolean; seconds_late: number } {
  if (due_ms === null || submission.excused) return { late: false, missing: false, seconds_late: 0 }
  const late_ms = (submission.submitted_ms ?? view.now_ms) - due_ms
  const is_past = late_ms > 0
  const late = submission.late_policy_status === 'late' || (submission.submitted_ms !== null && is_past)
  const missing =
    submission.submitted_ms === null &&
    is_past &&
    submission.workflow_state !== 'graded' &&
    assignment.submission_type !== 'on_paper'
  return { late, missing, seconds_late: (late || missing) && is_past ? Math.floor(late_ms / 1000) : 0 }
}

function bodyOf(view: View, row: SubmissionRow, submission: SubmissionRecord): string | null {
  if (row.assignment.submission_type === 'online_quiz') {
    return submission.attempt === null ? null : `user: ${row.user_local_id}, quiz: ${row.assignment.local_id}`
  }
  if (submission.attempt === null || row.assignment.submission_type !== 'online_text_entry') return null
  const { world } = view
  return `<p>My answer no. ${submission.attempt} &lt;draft&gt; <img src="${world.base_url}/users/${world.id(row.user_local_id)}/files/${row.local_id}/preview?verifier=${view.verifier}"></p>`
}

function urlOf(view: View, row: SubmissionRow): string {
  return `https://work.example.edu/${view.world.seed}/${row.local_id}?a=1&b=2`
}

function previewVersion(view: View, submission: SubmissionRecord): string {
  return `${submission.attempt ?? 0}${view.verifier.slice(0, 4)}`
}

function attachment(view: View, row: SubmissionRow): JsonObject {
  const id = view.world.id(row.local_id)
  return {
    id,
    uuid: `attachment-${row.local_id.toString(36)}`,
    folder_id: view.world.id(row.user_local_id),
    display_name: 'work.pdf',
    filename: 'work.pdf',
    'content-type': 'application/pdf',
    url: `${view.world.base_url}/files/${id}/download?download_frd=1&verifier=${view.verifier}`,
    size: 1000 + (row.local_id % 90_000),
  }
}
