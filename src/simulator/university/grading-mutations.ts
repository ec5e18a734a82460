import { courseToChange } from './course-mutations.ts'
import { assignmentToChange } from './coursework-mutations.ts'
import { rowLocalId, rowsAfter, submissionOf } from './gradebook.ts'
import type { AssignmentRecord, CourseContent, SubmissionRecord } from './records.ts'
import { roundScore } from './submission-state.ts'
import type { World } from './world.ts'

export interface OneSubmission {
  readonly course_id: string
  readonly assignment_id: string
  readonly user_id: string
}

export interface GradingMutations {
  submit(change: OneSubmission): void
  grade(change: OneSubmission & { score: number }): void
  regrade(change: OneSubmission & { score: number }): void
  /** The score becomes null and `graded_at` does NOT move: no `graded_since` will ever show it. */
  clearGrade(change: OneSubmission): void
  excuse(change: OneSubmission): void
  unexcuse(change: OneSubmission): void
  /** Sets `posted_at` of every graded submission; `graded_at` stays. */
  postGrades(change: { course_id: string; assignment_id: string }): void
  hideGrades(change: { course_id: string; assignment_id: string }): void
  /** `late`, `missing`, `extended`, `none` or null; `graded_at` stays. */
  setLatePolicyStatus(
    change: OneSubmission & { late_policy_status: SubmissionRecord['late_policy_status'] },
  ): void
}

export function gradingMutations(world: World): GradingMutations {
  type Apply = (submission: SubmissionRecord, assignment: AssignmentRecord) => SubmissionRecord
  const change = (one: OneSubmission, apply: Apply): void => {
    const content = world.changingContent(courseToChange(world, one.course_id))
    const assignment = assignmentToChange(world, content, one.assignment_id)
    const user_local_id = world.localId(one.user_id)
    const local_id = rowLocalId(content, assignment.local_id, user_local_id)
    if (local_id === undefined) {
      throw new RangeError(`user ${one.user_id} has no submission for assignment ${one.assignment_id}`)
    }
    const submission = submissionOf(world, content, { local_id, assignment, user_local_id })
    content.changed_submissions.set(local_id, apply(submission, assignment))
  }
  const setPosted = (one: { course_id: string; assignment_id: string }, posted_ms: number | null): void => {
    const content = world.changingContent(courseToChange(world, one.course_id))
    const assignment = assignmentToChange(world, content, one.assignment_id)
    for (const [local_id, submission] of gradedRows(world, content, assignment)) {
      content.changed_submissions.set(local_id, { ...submission, posted_ms })
    }
  }
  const grade = (one: OneSubmission & { score: number }): void => {
    change(one, (submission, assignment) => {
      const graded_ms = world.now()
      return {
        ...submission,
        workflow_state: 'graded',
        score: Math.max(0, roundScore(one.score - (submission.points_deducted ?? 0))),
        entered_score: one.score,
        excused: false,
        graded_ms,
        posted_ms: assignment.posts_manually ? submission.posted_ms : (submission.posted_ms ?? graded_ms),
        grader_local_id: courseToChange(world, one.course_id).teacher_local_ids[0] ?? null,
        grade_matches_current_submission: true,
      }
    })
  }
  return {
    submit(one) {
      change(one, (submission) => ({
        ...submission,
        workflow_state: 'submitted',
        attempt: (submission.attempt ?? 0) + 1,
        submitted_ms: world.now(),
        grade_matches_current_submission: submission.score === null,
      }))
    },
    grade,
    regrade: grade,
    clearGrade(one) {
      change(one, (submission) => ({
        ...submission,
        workflow_state: submission.attempt === null ? 'unsubmitted' : 'submitted',
        score: null,
        entered_score: null,
        points_deducted: null,
        excused: false,
      }))
    },
    excuse(one) {
      change(one, (submission) => ({
        ...submission,
        workflow_state: 'graded',
        score: null,
        entered_score: null,
        points_deducted: null,
        excused: true,
        graded_ms: world.now(),
        posted_ms: submission.posted_ms ?? world.now(),
      }))
    },
    unexcuse(one) {
      change(one, (submission) => ({
        ...submission,
        workflow_state: submission.attempt === null ? 'unsubmitted' : 'submitted',
        excused: false,
      }))
    },
    postGrades: (one) => setPosted(one, world.now()),
    hideGrades: (one) => setPosted(one, null),
    setLatePolicyStatus(one) {
      change(one, (submission) => ({ ...submission, late_policy_status: one.late_policy_status }))
    },
  }
}

function gradedRows(
  world: World,
  content: CourseContent,
  assignment: AssignmentRecord,
): [number, SubmissionRecord][] {
  const rows: [number, SubmissionRecord][] = []
  for (const row of rowsAfter(content, 0)) {
    if (row.assignment !== assignment) continue
    const submission = submissionOf(world, content, row)
    if (submission.graded_ms !== null) rows.push([row.local_id, submission])
  }
  return rows
}
