import { courseOf, type Reply, type RequestContext } from '../http/context.ts'
import { ordinalPage } from '../http/pagination.ts'
import { gradingPeriods, sectionJson } from '../present/account-json.ts'
import { userJson } from '../present/user-json.ts'
import { effectiveState, isStudent } from '../university/roster.ts'

export function listSections(context: RequestContext): Reply {
  const { query, view } = context
  const { course, content } = courseOf(context)
  const includes_students = view.includes('students')
  const page = ordinalPage(query, context.max_per_page, content.sections, { is_total_known: true })
  const body = page.rows.map((section) => {
    const json = sectionJson(view, content, section)
    if (!includes_students) return json
    json['students'] = content.enrollments
      .filter((enrollment) => isStudent(enrollment) && enrollment.section_local_id === section.local_id)
      .filter((enrollment) => effectiveState(course, enrollment) === 'active')
      .map((enrollment) => userJson(view, enrollment.user_local_id))
    return json
  })
  return { body, links: page.links, rows: page.rows.length }
}

/** In the JSON-API manner: wrapped, and paged in `meta` instead of a header. */
export function listGradingPeriods(context: RequestContext): Reply {
  courseOf(context)
  const page = ordinalPage(context.query, context.max_per_page, gradingPeriods(context.view), {
    is_total_known: true,
  })
  return {
    body: { grading_periods: page.rows, meta: { primaryCollection: 'grading_periods' } },
    links: page.links,
    links_in: 'meta',
    rows: page.rows.length,
  }
}
