import type { JsonObject } from '../json.ts'
import { isoTime } from '../university/calendar.ts'
import { gradesOf, letterOf } from '../university/grades.ts'
import type { CourseRecord, EnrollmentRecord } from '../university/records.ts'
import { allStudents, effectiveState, isStudent } from '../university/roster.ts'
import { enrollmentsOf, isRestricted } from '../viewer.ts'
import { sectionJson, termJson } from './account-json.ts'
import { userDisplayJson } from './user-json.ts'
import type { View } from './view.ts'

export interface CourseJsonOptions {
  /** Lists of an account leave out the caller's own enrollments and what belongs to them. */
  readonly is_account_list: boolean
  readonly enrollments_of?: number
}

export function courseJson(view: View, course: CourseRecord, options: CourseJsonOptions): JsonObject {
  const { world, viewer } = view
  const id = world.id(course.local_id)
  if (isRestricted(viewer, course)) return { id, access_restricted_by_date: true }
  const nickname = course.nicknames.get(viewer.user_local_id)
  const json: JsonObject = {
    id,
    name: nickname ?? course.name,
    account_id: world.id(course.account_local_id),
    uuid: `course-${course.local_id.toString(36).padStart(10, '0')}`,
    start_at: null,
    grading_standard_id: null,
    is_public: false,
    created_at: isoTime(course.created_ms),
    course_code: course.course_code,
    default_view: 'modules',
    root_account_id: world.id(1),
    enrollment_term_id: world.id(course.term_local_id),
    license: 'private',
    grade_passback_setting: null,
    end_at: null,
    public_syllabus: false,
    public_syllabus_to_auth: false,
    storage_quota_mb: 500,
    is_public_to_auth_users: false,
    homeroom_course: false,
    course_color: null,
    friendly_name: null,
    apply_assignment_group_weights: course.has_group_weights,
    calendar: { ics: `${world.base_url}/feeds/calendars/course_${course.local_id}.ics` },
    time_zone: 'America/Denver',
    blueprint: false,
    template: false,
  }
  if (nickname !== undefined) json['original_name'] = course.name
  if (viewer.is_admin) {
    json['sis_course_id'] = `C${course.local_id}`
    json['sis_import_id'] = null
    json['integration_id'] = null
  }
  if (!options.is_account_list) json['enrollments'] = ownEnrollments(view, course, options.enrollments_of)
  json['hide_final_grades'] = course.hide_final_grades
  json['workflow_state'] = course.workflow_state === 'claimed' ? 'unpublished' : course.workflow_state
  json['restrict_enrollments_to_course_dates'] = false
  addIncludes(view, course, options, json)
  return json
}

function addIncludes(view: View, course: CourseRecord, options: CourseJsonOptions, json: JsonObject): void {
  const { world } = view
  if (view.includes('term')) {
    const term = world.terms.find((other) => other.local_id === course.term_local_id)
    if (term !== undefined) json['term'] = termJson(view, term)
  }
  if (view.includes('total_students')) json['total_students'] = allStudents(world.content(course)).size
  if (view.includes('teachers')) {
    json['teachers'] = course.teacher_local_ids.map((local_id) => userDisplayJson(view, local_id))
  }
  if (view.includes('concluded')) json['concluded'] = course.workflow_state === 'completed'
  if (view.includes('account')) {
    const account = world.accounts.find((other) => other.local_id === course.account_local_id)
    json['account'] = account && { id: world.id(account.local_id), name: account.name }
  }
  if (options.is_account_list) return
  if (view.includes('syllabus_body')) {
    json['syllabus_body'] =
      `<p>Syllabus: <a href="${world.base_url}/courses/${world.id(course.local_id)}/files/1/download?verifier=${view.verifier}">plan</a></p>`
  }
  if (view.includes('sections')) {
    const content = world.content(course)
    json['sections'] = content.sections.map((section) => sectionJson(view, content, section))
  }
}

/** Short rows without an id of their own: not the rows of `/enrollments`. */
function ownEnrollments(view: View, course: CourseRecord, user_local_id: number | undefined): JsonObject[] {
  const own = enrollmentsOf(view.world, user_local_id ?? view.viewer.user_local_id, course)
  return own
    .filter((enrollment) => effectiveState(course, enrollment) !== 'deleted')
    .map((enrollment) => ownEnrollment(view, course, enrollment))
}

function ownEnrollment(view: View, course: CourseRecord, enrollment: EnrollmentRecord): JsonObject {
  const { world } = view
  const json: JsonObject = {
    type: enrollment.type.replace('Enrollment', '').toLowerCase(),
    role: enrollment.type,
    role_id: roleId(view, enrollment),
    user_id: world.id(enrollment.user_local_id),
    enrollment_state: effectiveState(course, enrollment),
    limit_privileges_to_course_section: false,
  }
  if (view.includes('total_scores') && isStudent(enrollment) && !course.hide_final_grades) {
    const grades = gradesOf(world, world.content(course), enrollment.user_local_id)
    json['computed_current_score'] = grades.current_score
    json['computed_final_score'] = grades.final_score
    json['computed_current_grade'] = letter(course, grades.current_score)
    json['computed_final_grade'] = letter(course, grades.final_score)
  }
  return json
}

export function letter(course: CourseRecord, score: number | null): string | null {
  return course.has_letter_grades && score !== null ? letterOf(score) : null
}

export function roleId(view: View, enrollment: EnrollmentRecord): bigint {
  const order = [
    'StudentEnrollment',
    'TeacherEnrollment',
    'TaEnrollment',
    'DesignerEnrollment',
    'ObserverEnrollment',
  ]
  return view.world.id(order.indexOf(enrollment.type) + 3)
}
