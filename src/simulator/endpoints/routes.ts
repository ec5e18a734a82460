import type { Reply, RequestContext } from '../http/context.ts'
import { getAccount, listAccountCourses, listAccounts, listTerms } from './accounts.ts'
import { getAssignment, listAssignmentGroups, listAssignments } from './assignments.ts'
import { getCourse, listCourses, listUserCourses } from './courses.ts'
import { listCourseUsers, listEnrollments } from './enrollments.ts'
import { listGradingPeriods, listSections } from './sections.ts'
import { listAssignmentSubmissions, listSubmissions } from './submissions.ts'
import { getSelf } from './users.ts'

export type Handler = (context: RequestContext) => Reply

export interface Route {
  /** Also the name of the scope: `url:GET|` and the path. */
  readonly path: string
  readonly handler: Handler
}

const ROUTES: readonly (Route & { readonly pattern: RegExp })[] = [
  route('/api/v1/users/self', getSelf),
  route('/api/v1/users/:user_id/courses', listUserCourses),
  route('/api/v1/accounts', listAccounts),
  route('/api/v1/accounts/:id', getAccount),
  route('/api/v1/accounts/:account_id/terms', listTerms),
  route('/api/v1/accounts/:account_id/courses', listAccountCourses),
  route('/api/v1/courses', listCourses),
  route('/api/v1/courses/:course_id', getCourse),
  route('/api/v1/courses/:course_id/sections', listSections),
  route('/api/v1/courses/:course_id/enrollments', listEnrollments),
  route('/api/v1/courses/:course_id/users', listCourseUsers),
  route('/api/v1/courses/:course_id/assignment_groups', listAssignmentGroups),
  route('/api/v1/courses/:course_id/assignments', listAssignments),
  route('/api/v1/courses/:course_id/assignments/:id', getAssignment),
  route('/api/v1/courses/:course_id/grading_periods', listGradingPeriods),
  route('/api/v1/courses/:course_id/students/submissions', listSubmissions),
  route('/api/v1/courses/:course_id/assignments/:assignment_id/submissions', listAssignmentSubmissions),
]

export function findRoute(
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const candidate of ROUTES) {
    const match = candidate.pattern.exec(path)
    if (match !== null) return { route: candidate, params: { ...match.groups } }
  }
  return undefined
}

function route(path: string, handler: Handler): Route & { readonly pattern: RegExp } {
  const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`)
  return { path, handler, pattern }
}
