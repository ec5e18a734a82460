/** The rows behind the API. Ids here are local to the shard; the API shows `shard * 10^13 + local`. */

export interface AccountRecord {
  readonly local_id: number
  readonly name: string
  readonly parent_local_id: number | null
}

export interface TermRecord {
  readonly local_id: number
  readonly name: string
  readonly start_ms: number | null
  readonly end_ms: number | null
  readonly created_ms: number
}

export interface UserRecord {
  readonly local_id: number
  readonly name: string
  readonly sortable_name: string
  readonly created_ms: number
}

export type CourseState = 'claimed' | 'available' | 'completed' | 'deleted'

export interface CourseRecord {
  readonly local_id: number
  name: string
  readonly course_code: string
  readonly account_local_id: number
  readonly term_local_id: number
  readonly teacher_local_ids: readonly number[]
  readonly created_ms: number
  readonly has_letter_grades: boolean
  readonly has_group_weights: boolean
  readonly first_submission_local_id: number
  hide_final_grades: boolean
  workflow_state: CourseState
  restricted_by_date: 'nobody' | 'members' | 'everyone'
  nicknames: Map<number, string>
}

export interface SectionRecord {
  readonly local_id: number
  readonly name: string
  readonly created_ms: number
}

export type EnrollmentType =
  'DesignerEnrollment' | 'ObserverEnrollment' | 'StudentEnrollment' | 'TaEnrollment' | 'TeacherEnrollment'
export type EnrollmentState =
  'active' | 'invited' | 'creation_pending' | 'deleted' | 'rejected' | 'completed' | 'inactive'

export interface EnrollmentRecord {
  readonly local_id: number
  readonly user_local_id: number
  readonly section_local_id: number
  readonly created_ms: number
  type: EnrollmentType
  state: EnrollmentState
  updated_ms: number
}

export interface AssignmentGroupRecord {
  readonly local_id: number
  readonly name: string
  readonly position: number
  readonly group_weight: number
  readonly drop_lowest: number
}

export interface AssignmentRecord {
  readonly local_id: number
  readonly group_local_id: number
  readonly points_possible: number
  readonly grading_type: 'points' | 'percent' | 'letter_grade' | 'pass_fail'
  readonly submission_type: 'online_text_entry' | 'online_upload' | 'online_url' | 'online_quiz' | 'on_paper'
  readonly created_ms: number
  readonly posts_manually: boolean
  readonly omit_from_final_grade: boolean
  /** Assigned to this section alone; the other students' rows stay in the table and are filtered out late. */
  readonly only_section_local_id: number | null
  /** One section has its own, later date. */
  readonly section_due: { readonly section_local_id: number; readonly due_ms: number } | null
  /** The date by which the work of the start was made up: moving a date does not change what was done. */
  readonly first_due_ms: number | null
  name: string
  position: number
  due_ms: number | null
  workflow_state: 'published' | 'unpublished' | 'deleted'
  updated_ms: number
}

export interface SubmissionRecord {
  readonly workflow_state: 'submitted' | 'unsubmitted' | 'graded' | 'pending_review'
  /** After the late deduction. */
  readonly score: number | null
  readonly entered_score: number | null
  readonly points_deducted: number | null
  readonly excused: boolean
  readonly attempt: number | null
  readonly submitted_ms: number | null
  readonly graded_ms: number | null
  readonly posted_ms: number | null
  /** Negative for an automatic grader. */
  readonly grader_local_id: number | null
  readonly late_policy_status: 'late' | 'missing' | 'extended' | 'none' | null
  readonly grade_matches_current_submission: boolean
}

export interface CourseContent {
  readonly course: CourseRecord
  readonly sections: SectionRecord[]
  readonly enrollments: EnrollmentRecord[]
  readonly groups: AssignmentGroupRecord[]
  /** Every assignment there ever was; the first ones, made up at the start, keep their places. */
  readonly assignments: AssignmentRecord[]
  readonly initial_assignment_count: number
  /** Students made up at the start, by slot; row ids of their submissions are reckoned from it. */
  readonly initial_students: readonly number[]
  readonly slot_of_student: ReadonlyMap<number, number>
  /** Submission rows that came later, in the order they came. */
  readonly later_rows: { readonly assignment_local_id: number; readonly user_local_id: number }[]
  readonly later_row_index: Map<string, number>
  /** Submissions that a mutation has touched, by local id. */
  readonly changed_submissions: Map<number, SubmissionRecord>
}
