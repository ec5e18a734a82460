import type { CourseAccess } from '../http/context.ts'
import type { BookmarkedRows } from '../http/pagination.ts'
import { isoTime } from '../university/calendar.ts'
import { rowAt, rowLocalId, rowsAfter, submissionOf, type SubmissionRow } from '../university/gradebook.ts'
import type { AssignmentRecord } from '../university/records.ts'
import type { World } from '../university/world.ts'

/** Which rows of the submissions table a request wants. */
export interface Selection {
  readonly world: World
  readonly access: CourseAccess
  readonly students: ReadonlySet<number>
  readonly assignments: ReadonlySet<AssignmentRecord>
  readonly submitted_since_ms?: number
  readonly graded_since_ms?: number
  readonly workflow_state?: string
}

export function byId(selection: Selection): BookmarkedRows<SubmissionRow> {
  return {
    isValid: ([id]) => Number.isInteger(id),
    bookmarkOf: (row) => [row.local_id],
    after(bookmark, limit) {
      const rows: SubmissionRow[] = []
      for (const row of candidates(selection, Number(bookmark?.[0] ?? 0))) {
        if (!isSelected(selection, row)) continue
        rows.push(row)
        if (rows.length === limit) break
      }
      return rows
    },
  }
}

/** Rows without a grade come last, as nulls do in the database. */
export function byGradedAt(selection: Selection): BookmarkedRows<SubmissionRow> {
  const keyOf = (row: SubmissionRow): readonly [string | null, number] => [
    gradedAt(selection, row),
    row.local_id,
  ]
  return {
    isValid: ([time, id]) => (time === null || typeof time === 'string') && Number.isInteger(id),
    bookmarkOf: keyOf,
    after(bookmark, limit) {
      const keyed = selectedRows(selection).map((row) => ({ row, key: keyOf(row) }))
      keyed.sort((left, right) => compareKeys(left.key, right.key))
      const [time, id] = bookmark ?? []
      const last = [typeof time === 'string' ? time : null, Number(id)] as const
      const behind = bookmark === null ? keyed : keyed.filter(({ key }) => compareKeys(key, last) > 0)
      return behind.slice(0, limit).map(({ row }) => row)
    },
  }
}

export function descending(selection: Selection, by_graded_at: boolean): SubmissionRow[] {
  const rows = selectedRows(selection)
  if (!by_graded_at) return rows.toReversed()
  const graded = rows.filter((row) => gradedAt(selection, row) !== null)
  const others = rows.filter((row) => gradedAt(selection, row) === null)
  const key = (row: SubmissionRow) => [gradedAt(selection, row), row.local_id] as const
  return [...graded.sort((left, right) => compareKeys(key(right), key(left))), ...others]
}

export function rowsOfStudent(selection: Selection, user_local_id: number): SubmissionRow[] {
  const rows: SubmissionRow[] = []
  for (const assignment of selection.assignments) {
    const local_id = rowLocalId(selection.access.content, assignment.local_id, user_local_id)
    if (local_id === undefined) continue
    const row = { local_id, assignment, user_local_id }
    if (isSelected(selection, row)) rows.push(row)
  }
  return rows.sort((left, right) => left.local_id - right.local_id)
}

function selectedRows(selection: Selection): SubmissionRow[] {
  return [...candidates(selection, 0)].filter((row) => isSelected(selection, row))
}

/**
 * Nothing made up is later than the anchor, so that a question for what is newer need only look at what was
 * changed: the usual incremental request costs nothing in a course where nothing happened.
 */
function candidates(selection: Selection, after_local_id: number): Iterable<SubmissionRow> {
  const { content } = selection.access
  const since_ms = Math.max(selection.submitted_since_ms ?? 0, selection.graded_since_ms ?? 0)
  if (since_ms < selection.world.anchor_ms) return rowsAfter(content, after_local_id)
  return [...content.changed_submissions.keys()]
    .filter((local_id) => local_id > after_local_id)
    .sort((left, right) => left - right)
    .flatMap((local_id) => rowAt(content, local_id) ?? [])
}

function isSelected(selection: Selection, row: SubmissionRow): boolean {
  if (!selection.assignments.has(row.assignment) || !selection.students.has(row.user_local_id)) return false
  const { submitted_since_ms, graded_since_ms, workflow_state } = selection
  if (submitted_since_ms === undefined && graded_since_ms === undefined && workflow_state === undefined) {
    return true
  }
  const submission = submissionOf(selection.world, selection.access.content, row)
  return (
    (workflow_state === undefined || submission.workflow_state === workflow_state) &&
    isSince(submission.submitted_ms, submitted_since_ms) &&
    isSince(submission.graded_ms, graded_since_ms)
  )
}

/** Strictly later; a row without the time is never "since". */
function isSince(time_ms: number | null, since_ms: number | undefined): boolean {
  return since_ms === undefined || (time_ms !== null && time_ms > since_ms)
}

function gradedAt({ world, access }: Selection, row: SubmissionRow): string | null {
  return isoTime(submissionOf(world, access.content, row).graded_ms)
}

function compareKeys(
  left: readonly [string | null, number],
  right: readonly [string | null, number],
): number {
  if (left[0] === right[0]) return left[1] - right[1]
  if (left[0] === null) return 1
  if (right[0] === null) return -1
  return left[0] < right[0] ? -1 : 1
}
