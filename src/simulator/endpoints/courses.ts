import { CanvasError } from '../http/canvas-error.ts'
import { courseOf, pathId, unauthorized, type Reply, type RequestContext } from '../http/context.ts'
import { ordinalPage } from '../http/pagination.ts'
import { courseJson } from '../present/course-json.ts'
import type { CourseRecord, EnrollmentRecord } from '../university/records.ts'
import { effectiveState } from '../university/roster.ts'
import { enrollmentsOf, isRestricted, roleIn } from '../viewer.ts'

/** Only what the caller is enrolled in: an admin who teaches nothing gets an empty list. */
export function listCourses(context: RequestContext): Reply {
  return coursesReply(context, context.viewer.user_local_id)
}

export function listUserCourses(context: RequestContext): Reply {
  const { world, viewer, params } = context
  const local_id =
    params['user_id'] === 'self' ? viewer.user_local_id : pathId(context, 'user_id', 'sis_user_id', 'U')
  if (local_id === undefined || world.user(local_id) === undefined) throw CanvasError.notFound()
  if (local_id !== viewer.user_local_id && !viewer.is_admin) throw unauthorized(context)
  return coursesReply(context, local_id)
}

export function getCourse(context: RequestContext): Reply {
  const { world, viewer, view } = context
  const local_id = pathId(context, 'course_id', 'sis_course_id', 'C')
  const course = local_id === undefined ? undefined : world.courses.get(local_id)
  const is_restricted_member =
    course !== undefined &&
    course.workflow_state !== 'deleted' &&
    isRestricted(viewer, course) &&
    roleIn(world, viewer, course) !== 'none'
  const shown = is_restricted_member ? course : courseOf(context).course
  return { body: courseJson(view, shown, { is_account_list: false }), rows: 1 }
}

function coursesReply(context: RequestContext, user_local_id: number): Reply {
  const { world, query, view } = context
  const courses = world
    .coursesOfUser(user_local_id)
    .filter((course) => isListed(context, course, enrollmentsOf(world, user_local_id, course)))
  // Sorted by what this user calls the course, so that a rename moves rows between pages.
  const nameOf = (course: CourseRecord): string =>
    (course.nicknames.get(user_local_id) ?? course.name).toLowerCase()
  courses.sort((left, right) => compare(nameOf(left), nameOf(right)) || left.local_id - right.local_id)
  const page = ordinalPage(query, context.max_per_page, courses, { is_total_known: true })
  return {
    body: page.rows.map((course) =>
      courseJson(view, course, { is_account_list: false, enrollments_of: user_local_id }),
    ),
    links: page.links,
    rows: page.rows.length,
  }
}

function isListed(
  { query }: RequestContext,
  course: CourseRecord,
  enrollments: readonly EnrollmentRecord[],
): boolean {
  const type = query.get('enrollment_type')
  const wanted_state = query.get('enrollment_state')
  const own = enrollments.filter((enrollment) => {
    const state = effectiveState(course, enrollment)
    if (type !== undefined && enrollment.type.toLowerCase() !== `${type}enrollment`) return false
    if (wanted_state === 'active') return state === 'active'
    if (wanted_state === 'completed') return state === 'completed'
    if (wanted_state === 'invited_or_pending') return state === 'invited' || state === 'creation_pending'
    return state === 'active' || state === 'invited' || state === 'completed'
  })
  const states = query.list('state')
  const asks_deleted = states.includes('deleted') && course.workflow_state === 'deleted'
  if (own.length === 0 && !(asks_deleted && enrollments.length > 0)) return false
  const shown_state = course.workflow_state === 'claimed' ? 'unpublished' : course.workflow_state
  if (states.length > 0) return states.includes(shown_state)
  const is_staff = own.some((enrollment) => enrollment.type !== 'StudentEnrollment')
  if (shown_state === 'unpublished') return is_staff
  return shown_state === 'available' || (shown_state === 'completed' && wanted_state === 'completed')
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
