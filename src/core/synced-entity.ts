/** The entities that the engine copies, in the order in which it reads them. */
export const SYNCED_ENTITIES = [
  'terms',
  'courses',
  'sections',
  'enrollments',
  'assignment_groups',
  'assignments',
  'submissions',
] as const
export type SyncedEntity = (typeof SYNCED_ENTITIES)[number]

export type ColumnType = 'text' | 'real' | 'integer' | 'boolean'

/** One column that holds one of Canvas's fields under Canvas's name. */
export interface SyncedColumn {
  readonly name: string
  readonly type: ColumnType
  /** Where the value is in Canvas's object, when it is not the field of the same name. */
  readonly path?: readonly [string, string]
}

export interface SyncedTable {
  readonly table: string
  /**
   * The column that tells which listing a row belongs to: its course, or for terms and courses themselves the
   * list they came from (`self`, `account:1`). A row can only be missed by a list that would have shown it.
   */
  readonly scope_column: 'course_id' | 'listed_by'
  /** The columns between the key and the bookkeeping, without the scope column. */
  readonly columns: readonly SyncedColumn[]
  /**
   * The list of the same course that gets, loses and changes rows with this one, without a date that would show
   * it: a new student has a submission for each assignment, a moved due date is in all of them.
   */
  readonly drives?: SyncedEntity
}

const column = (name: string, type: ColumnType): SyncedColumn => ({ name, type })
const text = (...names: string[]): SyncedColumn[] => names.map((name) => column(name, 'text'))
const real = (...names: string[]): SyncedColumn[] => names.map((name) => column(name, 'real'))
const integer = (...names: string[]): SyncedColumn[] => names.map((name) => column(name, 'integer'))
const flag = (...names: string[]): SyncedColumn[] => names.map((name) => column(name, 'boolean'))
const gradeColumn = (name: string, type: ColumnType): SyncedColumn => ({ name, type, path: ['grades', name] })

/**
 * The synced tables. Field names and types are those of Canvas's REST objects (courses, sections, enrollments,
 * assignment_groups, assignments, submissions, enrollment_terms resources). Ids are text: 64 bits exact.
 */
export const SYNCED_TABLES: Readonly<Record<SyncedEntity, SyncedTable>> = {
  terms: {
    table: 'canvas_terms',
    scope_column: 'listed_by',
    columns: text('name', 'start_at', 'end_at', 'workflow_state', 'sis_term_id'),
  },
  courses: {
    table: 'canvas_courses',
    scope_column: 'listed_by',
    columns: [
      ...text('name', 'course_code', 'workflow_state', 'account_id', 'root_account_id', 'enrollment_term_id'),
      ...text('start_at', 'end_at', 'created_at', 'sis_course_id', 'time_zone'),
      ...flag('concluded'),
      ...integer('total_students'),
    ],
  },
  sections: {
    table: 'canvas_sections',
    scope_column: 'course_id',
    columns: text('name', 'start_at', 'end_at', 'created_at', 'sis_section_id'),
  },
  enrollments: {
    table: 'canvas_enrollments',
    scope_column: 'course_id',
    drives: 'submissions',
    columns: [
      ...text('course_section_id', 'user_id', 'type', 'role', 'role_id', 'enrollment_state'),
      ...text('created_at', 'updated_at', 'start_at', 'end_at', 'last_activity_at'),
      gradeColumn('current_score', 'real'),
      gradeColumn('final_score', 'real'),
      gradeColumn('current_grade', 'text'),
      gradeColumn('final_grade', 'text'),
    ],
  },
  assignment_groups: {
    table: 'canvas_assignment_groups',
    scope_column: 'course_id',
    columns: [...text('name'), ...integer('position'), ...real('group_weight')],
  },
  assignments: {
    table: 'canvas_assignments',
    scope_column: 'course_id',
    drives: 'submissions',
    columns: [
      ...text('name', 'assignment_group_id', 'workflow_state', 'grading_type'),
      ...text('due_at', 'unlock_at', 'lock_at', 'created_at', 'updated_at'),
      ...real('points_possible'),
      ...integer('position'),
      ...flag('published', 'omit_from_final_grade'),
    ],
  },
  submissions: {
    table: 'canvas_submissions',
    scope_column: 'course_id',
    columns: [
      ...text('assignment_id', 'user_id', 'workflow_state', 'submission_type'),
      ...text('submitted_at', 'graded_at', 'posted_at', 'grade', 'entered_grade', 'grader_id'),
      ...text('grading_period_id', 'late_policy_status', 'cached_due_date'),
      ...real('score', 'entered_score', 'points_deducted'),
      ...integer('attempt'),
      ...flag('excused', 'grade_matches_current_submission', 'redo_request'),
    ],
  },
}

/** What became of the rows of one entity in one listing. `processed` = created + updated + unchanged. */
export interface EntityCounts {
  processed: number
  created: number
  updated: number
  unchanged: number
  /** Rows that the list showed more than once; counted once in `processed`. */
  duplicates: number
  /** Rows marked deleted because two complete lists in a row did not show them. */
  deleted: number
  /** Rows that would be marked deleted but were kept, because too many were gone at once. */
  held: number
  /** Rows whose grade is new or another than before. */
  regraded: number
}

export function noEntityCounts(): EntityCounts {
  return {
    processed: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    duplicates: 0,
    deleted: 0,
    held: 0,
    regraded: 0,
  }
}

export function addEntityCounts(total: EntityCounts, part: EntityCounts): void {
  total.processed += part.processed
  total.created += part.created
  total.updated += part.updated
  total.unchanged += part.unchanged
  total.duplicates += part.duplicates
  total.deleted += part.deleted
  total.held += part.held
  total.regraded += part.regraded
}
