import { CanvasError } from '../http/canvas-error.ts'
import { courseOf, readId, unauthorized, type CourseAccess, type RequestContext } from '../http/context.ts'
import { GRADING_PERIOD_LOCAL_IDS, gradingPeriodLocalIdAt } from '../present/account-json.ts'
import type { AssignmentRecord } from '../university/records.ts'
import { allStudents, isAssignedTo, sectionsOfStudent } from '../university/roster.ts'
import type { Selection } from './submission-lists.ts'

const MOST_STUDENTS = 100
const ISO_8601 =
  /^\d{4}-(?:1[0-2]|0[1-9])-(?:3[01]|0[1-9]|[12]\d)T(?:2[0-3]|[01]\d):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:2[0-3]|[01]\d):[0-5]\d)?$/

/** Reads the parameters in Canvas's order, which decides which of several mistakes is named. */
export function selectSubmissions(context: RequestContext): Selection {
  const access = courseOf(context)
  const students = selectStudents(context, access)
  const assignments = selectAssignments(context, access, students)
  const { query, world } = context
  const submitted_since_ms = readDate(context, 'submitted_since')
  const graded_since_ms = readDate(context, 'graded_since')
  const workflow_state = query.get('workflow_state')
  return {
    world,
    access,
    students,
    assignments,
    ...(submitted_since_ms === undefined ? {} : { submitted_since_ms }),
    ...(graded_since_ms === undefined ? {} : { graded_since_ms }),
    ...(workflow_state ? { workflow_state } : {}),
  }
}

function selectStudents(context: RequestContext, access: CourseAccess): Set<number> {
  const { query, viewer, world } = context
  const asked = query.list('student_ids')
  const all = allStudents(access.content)
  let students: Set<number>
  if (access.role === 'student') {
    // A student who asks for all gets their own, without an error; who names another is refused.
    const named = namedStudents(context, asked)
    if (!asked.includes('all') && [...named].some((id) => id !== viewer.user_local_id)) {
      throw unauthorized(context)
    }
    students = new Set([viewer.user_local_id])
  } else if (asked.includes('all')) {
    students = all
  } else {
    students = namedStudents(context, asked)
    if ([...students].some((id) => !all.has(id))) throw unauthorized(context)
    if (asked.length > MOST_STUDENTS) throw CanvasError.badRequest('too many students')
  }
  const state = query.get('enrollment_state')
  if (!state) return students
  if (state !== 'active' && state !== 'concluded') throw CanvasError.badRequest('invalid enrollment_state')
  const wanted = state === 'active' ? 'active' : 'completed'
  const in_state = allStudents(access.content, (other) => other === wanted)
  return new Set([...students].filter((id) => world.user(id) !== undefined && in_state.has(id)))
}

function namedStudents({ world, viewer }: RequestContext, asked: readonly string[]): Set<number> {
  if (asked.length === 0) return new Set([viewer.user_local_id])
  return new Set(
    asked.map((id) => (id === 'self' ? viewer.user_local_id : (readId(world, id, 'sis_user_id', 'U') ?? -1))),
  )
}

/** Asking for one assignment that is not published refuses the whole list. */
function selectAssignments(
  context: RequestContext,
  { content, role }: CourseAccess,
  students: ReadonlySet<number>,
): Set<AssignmentRecord> {
  const { query, world } = context
  const asked = query.list('assignment_ids').map((id) => readId(world, id))
  let found = content.assignments.filter((assignment) => assignment.workflow_state === 'published')
  if (query.isTrue('post_to_sis')) found = []
  if (asked.length > 0) found = found.filter((assignment) => asked.includes(assignment.local_id))
  found = inGradingPeriod(context, found)
  if (asked.some((id) => !found.some((assignment) => assignment.local_id === id))) {
    throw new CanvasError(403, { error: 'invalid assignment ids requested' })
  }
  if (role !== 'student') return new Set(found)
  return new Set(
    found.filter((assignment) =>
      [...students].some((id) => isAssignedTo(assignment, sectionsOfStudent(content, id))),
    ),
  )
}

function inGradingPeriod({ query, world }: RequestContext, found: AssignmentRecord[]): AssignmentRecord[] {
  const asked = query.get('grading_period_id')
  if (!asked) return found
  const local_id = readId(world, asked)
  if (local_id === undefined || !GRADING_PERIOD_LOCAL_IDS.includes(local_id)) throw CanvasError.notFound()
  return found.filter((assignment) => gradingPeriodLocalIdAt(world.anchor_ms, assignment.due_ms) === local_id)
}

function readDate({ query }: RequestContext, name: string): number | undefined {
  const text = query.get(name)
  if (!text) return undefined
  if (!ISO_8601.test(text)) {
    throw new CanvasError(400, { errors: { [name]: `Invalid datetime for ${name}` } })
  }
  return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
}
