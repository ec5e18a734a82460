import { effectiveState } from './university/roster.ts'
import type { CourseRecord, EnrollmentRecord } from './university/records.ts'
import type { World } from './university/world.ts'

export type CourseRole = 'admin' | 'teacher' | 'student' | 'none'

/** The user for whom an answer is made, and what they may see. */
export interface Viewer {
  readonly user_local_id: number
  readonly is_admin: boolean
}

export function roleIn(world: World, viewer: Viewer, course: CourseRecord): CourseRole {
  if (viewer.is_admin) return 'admin'
  const own = enrollmentsOf(world, viewer.user_local_id, course).filter(
    (enrollment) => effectiveState(course, enrollment) !== 'deleted' && enrollment.state !== 'inactive',
  )
  if (own.some((enrollment) => isStaff(enrollment))) return 'teacher'
  const can_read = course.workflow_state === 'available' || course.workflow_state === 'completed'
  return can_read && own.length > 0 ? 'student' : 'none'
}

export function enrollmentsOf(world: World, user_local_id: number, course: CourseRecord): EnrollmentRecord[] {
  return world.content(course).enrollments.filter((enrollment) => enrollment.user_local_id === user_local_id)
}

/** A course outside its dates: its members see only its id. */
export function isRestricted(viewer: Viewer, course: CourseRecord): boolean {
  if (course.restricted_by_date === 'everyone') return true
  return course.restricted_by_date === 'members' && !viewer.is_admin
}

function isStaff(enrollment: EnrollmentRecord): boolean {
  return enrollment.type === 'TeacherEnrollment' || enrollment.type === 'TaEnrollment'
}
