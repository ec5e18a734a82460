import { CanvasError } from '../http/canvas-error.ts'
import { pathId, unauthorized, type Reply, type RequestContext } from '../http/context.ts'
import { ordinalPage } from '../http/pagination.ts'
import { accountJson, termJson } from '../present/account-json.ts'
import { courseJson } from '../present/course-json.ts'
import type { AccountRecord, CourseRecord } from '../university/records.ts'
import { allStudents } from '../university/roster.ts'

/** Accounts the caller administers: for everybody else an empty list, not an error. */
export function listAccounts(context: RequestContext): Reply {
  const { world, viewer, view } = context
  const accounts = viewer.is_admin ? world.accounts.filter((account) => account.parent_local_id === null) : []
  const page = ordinalPage(context.query, context.max_per_page, accounts, { is_total_known: true })
  return {
    body: page.rows.map((account) => accountJson(view, account)),
    links: page.links,
    rows: page.rows.length,
  }
}

export function getAccount(context: RequestContext): Reply {
  return { body: accountJson(context.view, accountOf(context, 'id')), rows: 1 }
}

export function listTerms(context: RequestContext): Reply {
  const { world, query, view } = context
  const account = accountOf(context, 'account_id')
  // Terms belong to the root account alone.
  if (account.parent_local_id !== null) throw CanvasError.notFound()
  const states = query.list('workflow_state')
  const is_wanted = states.length === 0 || states.includes('active') || states.includes('all')
  const page = ordinalPage(query, context.max_per_page, is_wanted ? world.terms : [], {
    is_total_known: true,
  })
  return {
    body: { enrollment_terms: page.rows.map((term) => termJson(view, term)) },
    links: page.links,
    rows: page.rows.length,
  }
}

export function listAccountCourses(context: RequestContext): Reply {
  const { world, query, view } = context
  const account = accountOf(context, 'account_id')
  const filters = courseFilters(context)
  const courses = [...world.courses.values()].filter(
    (course) =>
      (account.parent_local_id === null || course.account_local_id === account.local_id) &&
      filters.every((isWanted) => isWanted(course)),
  )
  sortCourses(context, courses)
  const page = ordinalPage(query, context.max_per_page, courses, { is_total_known: false })
  return {
    body: page.rows.map((course) => courseJson(view, course, { is_account_list: true })),
    links: page.links,
    rows: page.rows.length,
  }
}

/** All states but deleted, unless `state[]` says otherwise. */
function courseFilters(context: RequestContext): ((course: CourseRecord) => boolean)[] {
  const { world, query } = context
  const filters: ((course: CourseRecord) => boolean)[] = []
  const states = new Set(query.list('state'))
  if (states.size === 0) filters.push((course) => course.workflow_state !== 'deleted')
  else if (!states.has('all')) filters.push((course) => states.has(course.workflow_state))
  const term = query.get('enrollment_term_id')
  if (term !== undefined) {
    const local_id = /^\d+$/.test(term)
      ? world.localId(term)
      : Number(/^sis_term_id:TERM(\d+)$/.exec(term)?.[1])
    filters.push((course) => course.term_local_id === local_id)
  }
  const subaccounts = query.list('by_subaccounts').map((id) => world.localId(id))
  if (subaccounts.length > 0) filters.push((course) => subaccounts.includes(course.account_local_id))
  const search = query.get('search_term')?.toLowerCase()
  if (search !== undefined) {
    if (search.length < 3) throw CanvasError.badRequest('search_term must be 3 or more characters')
    filters.push((course) => `${course.name} ${course.course_code}`.toLowerCase().includes(search))
  }
  if (query.has('published')) {
    filters.push((course) => (course.workflow_state !== 'claimed') === query.isTrue('published'))
  }
  if (query.has('completed')) {
    filters.push((course) => (course.workflow_state === 'completed') === query.isTrue('completed'))
  }
  if (query.has('with_enrollments')) {
    filters.push((course) => allStudents(world.content(course)).size > 0 === query.isTrue('with_enrollments'))
  }
  return filters
}

function sortCourses({ query }: RequestContext, courses: CourseRecord[]): void {
  if (query.get('sort') === 'course_name') {
    courses.sort((left, right) => (left.name < right.name ? -1 : 1))
  }
  if (query.get('order') === 'desc') courses.reverse()
}

function accountOf(context: RequestContext, param: string): AccountRecord {
  const text = context.params[param]
  const local_id = text === 'self' || text === 'root' ? 1 : pathId(context, param, 'sis_account_id', 'ACC')
  const account = context.world.accounts.find((other) => other.local_id === local_id)
  if (account === undefined) throw CanvasError.notFound()
  if (!context.viewer.is_admin) throw unauthorized(context)
  return account
}
