import { CanvasError } from '../http/canvas-error.ts'
import { courseOf, pathId, unauthorized, type Reply, type RequestContext } from '../http/context.ts'
import { bookmarkedPage, ordinalPage, type Page } from '../http/pagination.ts'
import { submissionJson } from '../present/submission-json.ts'
import type { SubmissionRow } from '../university/gradebook.ts'
import { gradesOf } from '../university/grades.ts'
import {
  currentStudents,
  effectiveState,
  isAssignedTo,
  isStudent,
  sectionsOfStudent,
} from '../university/roster.ts'
import { byGradedAt, byId, descending, rowsOfStudent, type Selection } from './submission-lists.ts'
import { selectSubmissions } from './submission-selection.ts'

/** `/courses/:id/students/submissions`: the bulk list a sync lives on. */
export function listSubmissions(context: RequestContext): Reply {
  const selection = selectSubmissions(context)
  if (context.query.has('grouped')) return groupedReply(context, selection)
  const page = pageOf(context, selection)
  const is_student_view = selection.access.role === 'student'
  const body = page.rows
    .filter((row) => isShown(context, selection, row))
    .map((row) => submissionJson(context.view, selection.access.content, row, is_student_view))
  return { body, links: page.links, rows: page.rows.length }
}

function pageOf(context: RequestContext, selection: Selection): Page<SubmissionRow> {
  const { query, max_per_page } = context
  const by_graded_at = query.get('order') === 'graded_at'
  if (query.get('order_direction') === 'descending') {
    return ordinalPage(query, max_per_page, descending(selection, by_graded_at), { is_total_known: true })
  }
  return bookmarkedPage(query, max_per_page, by_graded_at ? byGradedAt(selection) : byId(selection))
}

/** Applied after paging: a page may be short, even empty, and still have a next one. */
function isShown(context: RequestContext, { access }: Selection, row: SubmissionRow): boolean {
  if (context.filters_after_paging === 'students' && access.role !== 'student') return true
  return isAssignedTo(row.assignment, sectionsOfStudent(access.content, row.user_local_id))
}

/** `grouped=1` pages students, by id, with all their submissions inside. */
function groupedReply(context: RequestContext, selection: Selection): Reply {
  const { query, view, world, viewer } = context
  const { content, course, role } = selection.access
  const students = [...selection.students].sort((left, right) => left - right)
  const page = ordinalPage(query, context.max_per_page, students, { is_total_known: true })
  let rows = 0
  const body = page.rows.map((user_local_id) => {
    const own = content.enrollments.find(
      (enrollment) =>
        isStudent(enrollment) &&
        enrollment.user_local_id === user_local_id &&
        effectiveState(course, enrollment) !== 'deleted',
    )
    const submissions = rowsOfStudent(selection, user_local_id).filter((row) =>
      isShown(context, selection, row),
    )
    rows += submissions.length
    const grades = view.includes('total_scores') ? gradesOf(world, content, user_local_id) : undefined
    return {
      user_id: world.id(user_local_id),
      section_id: own && world.id(own.section_local_id),
      submissions: submissions.map((row) => submissionJson(view, content, row, role === 'student')),
      ...(viewer.is_admin
        ? { integration_id: null, sis_user_id: `U${String(user_local_id).padStart(6, '0')}` }
        : {}),
      ...(grades && {
        computed_final_score: grades.final_score,
        computed_current_score: grades.current_score,
      }),
    }
  })
  return { body, links: page.links, rows }
}

/** Current students only, by user id, in numbered pages. */
export function listAssignmentSubmissions(context: RequestContext): Reply {
  const access = courseOf(context)
  if (access.role === 'student') throw unauthorized(context)
  const local_id = pathId(context, 'assignment_id')
  const assignment = access.content.assignments.find(
    (other) => other.local_id === local_id && other.workflow_state !== 'deleted',
  )
  if (assignment === undefined) throw CanvasError.notFound()
  const students = currentStudents(access.content)
  const selection: Selection = { world: context.world, access, students, assignments: new Set([assignment]) }
  const rows = [...students]
    .sort((left, right) => left - right)
    .flatMap((user_local_id) => rowsOfStudent(selection, user_local_id))
    .filter((row) => isAssignedTo(row.assignment, sectionsOfStudent(access.content, row.user_local_id)))
  const page = ordinalPage(context.query, context.max_per_page, rows, { is_total_known: true })
  return {
    body: page.rows.map((row) => submissionJson(context.view, access.content, row, false)),
    links: page.links,
    rows: page.rows.length,
  }
}
