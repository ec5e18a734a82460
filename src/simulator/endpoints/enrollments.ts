import { CanvasError } from '../http/canvas-error.ts'
import { courseOf, type CourseAccess, type Reply, type RequestContext } from '../http/context.ts'
import { bookmarkedPage, ordinalPage, type Bookmark, type BookmarkedRows } from '../http/pagination.ts'
import { GRADING_PERIOD_LOCAL_IDS } from '../present/account-json.ts'
import { enrollmentJson } from '../present/enrollment-json.ts'
import { userJson } from '../present/user-json.ts'
import type { CourseContent, EnrollmentRecord } from '../university/records.ts'
import { effectiveState } from '../university/roster.ts'
import type { World } from '../university/world.ts'

const STATES = new Set([
  'active', 'invited', 'creation_pending', 'deleted', 'rejected', 'completed', 'inactive',
]) // prettier-ignore

/** One row per section and role, always bookmarked, in the order of type, sortable name and id. */
export function listEnrollments(context: RequestContext): Reply {
  const { world, query, view } = context
  const access = courseOf(context)
  checkGradingPeriod(context)
  const list = byName(world, access.content, enrollmentFilter(context, access))
  const page = bookmarkedPage(query, context.max_per_page, list)
  return {
    body: page.rows.map((enrollment) => enrollmentJson(view, access.content, enrollment)),
    links: page.links,
    rows: page.rows.length,
  }
}

/** Active and invited, for admins inactive too: a concluded course therefore looks almost empty. */
export function defaultStates(role: CourseAccess['role']): ReadonlySet<string> {
  return new Set(role === 'admin' ? ['active', 'invited', 'inactive'] : ['active', 'invited'])
}

function enrollmentFilter(
  { world, query }: RequestContext,
  { course, role }: CourseAccess,
): (enrollment: EnrollmentRecord) => boolean {
  const asked = query.list('state')
  const unknown = asked.find((state) => !STATES.has(state))
  if (unknown !== undefined) throw CanvasError.badRequest(`Invalid state ${unknown}`)
  const states = asked.length === 0 ? defaultStates(role) : new Set(asked)
  const types = query.list('type')
  const user_id = query.get('user_id')
  const user_local_id = user_id === undefined ? undefined : world.localId(user_id.replace(/\D/g, '') || 0)
  return (enrollment) =>
    states.has(effectiveState(course, enrollment)) &&
    (types.length === 0 || types.includes(enrollment.type)) &&
    (user_local_id === undefined || enrollment.user_local_id === user_local_id)
}

function checkGradingPeriod({ world, query }: RequestContext): void {
  const asked = query.get('grading_period_id')
  if (asked === undefined || asked === '') return
  if (/^\d+$/.test(asked) && GRADING_PERIOD_LOCAL_IDS.includes(world.localId(asked))) return
  throw CanvasError.badRequest('invalid grading_period_id')
}

type Keyed = readonly [type: string, sortable_name: string, local_id: number]

/** The bookmark holds the person's name: whoever is renamed mid-run is skipped or met twice. */
export function byName(
  world: World,
  content: CourseContent,
  isWanted: (enrollment: EnrollmentRecord) => boolean,
): BookmarkedRows<EnrollmentRecord> {
  const sorted = sortedEnrollments(world, content)
  return {
    isValid: (bookmark) => isKey(bookmark) && Number.isInteger(bookmark[2]),
    bookmarkOf: (enrollment) => keyOf(world, enrollment),
    after(bookmark, limit) {
      const last = bookmark !== null && isKey(bookmark) ? bookmark : null
      const rows: EnrollmentRecord[] = []
      for (const { enrollment, key } of sorted) {
        if (last !== null && compareKeys(key, last) <= 0) continue
        if (isWanted(enrollment)) rows.push(enrollment)
        if (rows.length === limit) break
      }
      return rows
    },
  }
}

interface SortedEnrollments {
  readonly version: number
  readonly rows: readonly { readonly enrollment: EnrollmentRecord; readonly key: Keyed }[]
}

const sorted_by_content = new WeakMap<CourseContent, SortedEnrollments>()

function sortedEnrollments(world: World, content: CourseContent): SortedEnrollments['rows'] {
  const known = sorted_by_content.get(content)
  if (known !== undefined && known.version === world.version) return known.rows
  const rows = content.enrollments.map((enrollment) => ({ enrollment, key: keyOf(world, enrollment) }))
  rows.sort((left, right) => compareKeys(left.key, right.key))
  sorted_by_content.set(content, { version: world.version, rows })
  return rows
}

function keyOf(world: World, enrollment: EnrollmentRecord): Keyed {
  const sortable_name = world.user(enrollment.user_local_id)?.sortable_name ?? ''
  return [enrollment.type, sortable_name, enrollment.local_id]
}

function isKey(bookmark: Bookmark): bookmark is Keyed {
  const [type, name, local_id] = bookmark
  return typeof type === 'string' && typeof name === 'string' && typeof local_id === 'number'
}

function compareKeys(left: Keyed, right: Keyed): number {
  for (const part of [0, 1] as const) {
    if (left[part] !== right[part]) return left[part] < right[part] ? -1 : 1
  }
  return left[2] - right[2]
}

export function listCourseUsers(context: RequestContext): Reply {
  const { world, query, view } = context
  const access = courseOf(context)
  const { course, content } = access
  const types = query.list('enrollment_type').map((type) => `${type}enrollment`)
  const states = query.list('enrollment_state')
  const wanted_states = states.length === 0 ? new Set(['active', 'invited']) : new Set(states)
  const local_ids = new Set(
    content.enrollments
      .filter((enrollment) => wanted_states.has(effectiveState(course, enrollment)))
      .filter((enrollment) => types.length === 0 || types.includes(enrollment.type.toLowerCase()))
      .map((enrollment) => enrollment.user_local_id),
  )
  const sorted = [...local_ids]
    .map((local_id) => ({ local_id, name: world.user(local_id)?.sortable_name ?? '' }))
    .sort((left, right) =>
      left.name === right.name ? left.local_id - right.local_id : left.name < right.name ? -1 : 1,
    )
  const page = ordinalPage(query, context.max_per_page, sorted, { is_total_known: true })
  const body = page.rows.map(({ local_id }) => {
    const json = userJson(view, local_id)
    if (view.includes('enrollments')) {
      json['enrollments'] = content.enrollments
        .filter((enrollment) => enrollment.user_local_id === local_id)
        .map((enrollment) => enrollmentJson(view, content, enrollment))
    }
    return json
  })
  return { body, links: page.links, rows: page.rows.length }
}
