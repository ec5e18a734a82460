import type { JsonObject } from '../json.ts'
import { isoTime } from '../university/calendar.ts'
import { gradesOf } from '../university/grades.ts'
import { hash } from '../university/random.ts'
import type { CourseContent, EnrollmentRecord } from '../university/records.ts'
import { effectiveState, isStudent } from '../university/roster.ts'
import { roleIn } from '../viewer.ts'
import { letter, roleId } from './course-json.ts'
import { userJson } from './user-json.ts'
import type { View } from './view.ts'

export function enrollmentJson(view: View, content: CourseContent, enrollment: EnrollmentRecord): JsonObject {
  const { world, viewer } = view
  const { course } = content
  const role = roleIn(world, viewer, course)
  const is_own = enrollment.user_local_id === viewer.user_local_id
  const is_grader = role === 'admin' || role === 'teacher'
  const course_id = world.id(course.local_id)
  const html_url = `${world.base_url}/courses/${course_id}/users/${world.id(enrollment.user_local_id)}`
  const json: JsonObject = {
    id: world.id(enrollment.local_id),
    user_id: world.id(enrollment.user_local_id),
    course_id,
    type: enrollment.type,
    created_at: isoTime(enrollment.created_ms),
    updated_at: isoTime(enrollment.updated_ms),
    associated_user_id: null,
    start_at: null,
    end_at: null,
    course_section_id: world.id(enrollment.section_local_id),
    root_account_id: world.id(1),
    limit_privileges_to_course_section: false,
    enrollment_state: effectiveState(course, enrollment),
    role: enrollment.type,
    role_id: roleId(view, enrollment),
  }
  if (is_grader || is_own) {
    const active_minutes = hash(world.seed, 91, enrollment.local_id) % 6000
    json['last_activity_at'] = isoTime(world.anchor_ms - active_minutes * 60_000)
    json['last_attended_at'] = null
    json['total_activity_time'] = active_minutes * 3
  }
  if (viewer.is_admin) {
    json['sis_account_id'] = `ACC${course.account_local_id}`
    json['sis_course_id'] = `C${course.local_id}`
    json['course_integration_id'] = null
    json['sis_section_id'] = `SEC${enrollment.section_local_id}`
    json['section_integration_id'] = null
    json['sis_user_id'] = `U${String(enrollment.user_local_id).padStart(6, '0')}`
  }
  json['html_url'] = html_url
  if (isStudent(enrollment)) {
    json['grades'] = gradesJson(view, content, enrollment, `${html_url}/grades`, is_grader, is_own)
  }
  json['user'] = userJson(view, enrollment.user_local_id)
  return json
}

/** Without the right to see them, or with final grades hidden from the student, there is only the link. */
function gradesJson(
  view: View,
  content: CourseContent,
  enrollment: EnrollmentRecord,
  html_url: string,
  is_grader: boolean,
  is_own: boolean,
): JsonObject {
  const { course } = content
  if (!is_grader && (!is_own || course.hide_final_grades)) return { html_url }
  const grades = gradesOf(view.world, content, enrollment.user_local_id)
  const json: JsonObject = {
    html_url,
    current_grade: letter(course, grades.current_score),
    current_score: grades.current_score,
    final_grade: letter(course, grades.final_score),
    final_score: grades.final_score,
  }
  if (!is_grader) return json
  json['unposted_current_score'] = grades.unposted_current_score
  json['unposted_current_grade'] = letter(course, grades.unposted_current_score)
  json['unposted_final_score'] = grades.unposted_final_score
  json['unposted_final_grade'] = letter(course, grades.unposted_final_score)
  return json
}
