import { CanvasError } from '../http/canvas-error.ts'
import {
  courseOf,
  pathId,
  readId,
  type CourseAccess,
  type Reply,
  type RequestContext,
} from '../http/context.ts'
import { ordinalPage } from '../http/pagination.ts'
import { assignmentGroupJson, assignmentJson } from '../present/assignment-json.ts'
import type { AssignmentRecord } from '../university/records.ts'
import { isAssignedTo, sectionsOfStudent } from '../university/roster.ts'

export function listAssignments(context: RequestContext): Reply {
  const { world, query, view } = context
  const access = courseOf(context)
  const search = query.get('search_term')?.toLowerCase()
  const ids = query.list('assignment_ids').map((id) => readId(world, id))
  const isInBucket = bucketFilter(context)
  const rows = visibleAssignments(context, access).filter(
    (assignment) =>
      (ids.length === 0 || ids.includes(assignment.local_id)) &&
      (search === undefined || assignment.name.toLowerCase().includes(search)) &&
      isInBucket(assignment),
  )
  sortAssignments(query.get('order_by'), rows)
  const page = ordinalPage(query, context.max_per_page, rows, { is_total_known: true })
  return {
    body: page.rows.map((assignment) =>
      assignmentJson(view, access.content, assignment, jsonOptions(context)),
    ),
    links: page.links,
    rows: page.rows.length,
  }
}

/** A deleted assignment is not found; it is not "gone". */
export function getAssignment(context: RequestContext): Reply {
  const access = courseOf(context)
  const local_id = pathId(context, 'id')
  const found = visibleAssignments(context, access).find((assignment) => assignment.local_id === local_id)
  if (found === undefined) throw CanvasError.notFound()
  return { body: assignmentJson(context.view, access.content, found, jsonOptions(context)), rows: 1 }
}

export function listAssignmentGroups(context: RequestContext): Reply {
  const { query, view } = context
  const access = courseOf(context)
  const page = ordinalPage(query, context.max_per_page, access.content.groups, { is_total_known: true })
  const includes_assignments = view.includes('assignments')
  let rows = page.rows.length
  const body = page.rows.map((group) => {
    const json = assignmentGroupJson(view, group)
    if (!includes_assignments) return json
    const assignments = visibleAssignments(context, access).filter(
      (assignment) => assignment.group_local_id === group.local_id,
    )
    sortAssignments('position', assignments)
    rows += assignments.length
    json['assignments'] = assignments.map((assignment) =>
      assignmentJson(view, access.content, assignment, jsonOptions(context)),
    )
    return json
  })
  return { body, links: page.links, rows }
}

/** Active ones only; to a student only the published ones assigned to them. */
function visibleAssignments({ viewer }: RequestContext, access: CourseAccess): AssignmentRecord[] {
  const active = access.content.assignments.filter((assignment) => assignment.workflow_state !== 'deleted')
  if (access.role !== 'student') return active
  const sections = sectionsOfStudent(access.content, viewer.user_local_id)
  return active.filter(
    (assignment) => assignment.workflow_state === 'published' && isAssignedTo(assignment, sections),
  )
}

function sortAssignments(order_by: string | undefined, assignments: AssignmentRecord[]): void {
  assignments.sort((left, right) => {
    if (order_by === 'name' && left.name !== right.name) return left.name < right.name ? -1 : 1
    if (order_by === 'due_at') return (left.due_ms ?? Infinity) - (right.due_ms ?? Infinity) || 0
    return left.position - right.position || left.local_id - right.local_id
  })
}

function bucketFilter({ query, view }: RequestContext): (assignment: AssignmentRecord) => boolean {
  const { now_ms } = view
  const bucket = query.get('bucket')
  if (bucket === 'past' || bucket === 'overdue') return ({ due_ms }) => due_ms !== null && due_ms < now_ms
  if (bucket === 'undated') return ({ due_ms }) => due_ms === null
  if (bucket === 'upcoming' || bucket === 'future') {
    return ({ due_ms }) => due_ms === null || due_ms >= now_ms
  }
  return () => true
}

function jsonOptions({ query }: RequestContext): {
  has_effective_dates: boolean
  has_needs_grading_count: boolean
} {
  const asked = query.get('override_assignment_dates')
  return {
    has_effective_dates: asked === undefined || query.isTrue('override_assignment_dates'),
    has_needs_grading_count: !query.list('exclude_response_fields').includes('needs_grading_count'),
  }
}
