import { hash, unit } from './random.ts'
import type { AssignmentRecord, CourseRecord, SubmissionRecord } from './records.ts'

const HOUR_MS = 3_600_000
const LATE_DEDUCTION = 0.1

export const UNSUBMITTED: SubmissionRecord = {
  workflow_state: 'unsubmitted',
  score: null,
  entered_score: null,
  points_deducted: null,
  excused: false,
  attempt: null,
  submitted_ms: null,
  graded_ms: null,
  posted_ms: null,
  grader_local_id: null,
  late_policy_status: null,
  grade_matches_current_submission: true,
}

/**
 * What a student had done with an assignment before anything was changed: made up when asked, never kept.
 * No time in it is later than `anchor_ms`.
 */
export function initialSubmission(
  seed: number,
  anchor_ms: number,
  course: CourseRecord,
  assignment: AssignmentRecord,
  user_local_id: number,
): SubmissionRecord {
  const chance = unit(seed, 81, assignment.local_id, user_local_id)
  const due_ms = assignment.first_due_ms ?? anchor_ms
  if (due_ms >= anchor_ms) {
    return chance < 0.8 ? UNSUBMITTED : submitted(seed, anchor_ms - 24 * HOUR_MS, assignment, user_local_id)
  }
  if (chance < 0.12) return UNSUBMITTED
  if (chance < 0.22) return submitted(seed, due_ms - 24 * HOUR_MS, assignment, user_local_id)
  if (chance < 0.24) {
    return {
      ...submitted(seed, due_ms - 24 * HOUR_MS, assignment, user_local_id),
      workflow_state: 'pending_review',
    }
  }
  const graded_ms = gradedTime(seed, anchor_ms, due_ms, assignment, user_local_id)
  const posted_ms = assignment.posts_manually ? null : graded_ms
  const grader_local_id =
    assignment.submission_type === 'online_quiz'
      ? -assignment.local_id
      : (course.teacher_local_ids[0] ?? null)
  if (chance < 0.26) {
    return { ...UNSUBMITTED, workflow_state: 'graded', excused: true, graded_ms, posted_ms, grader_local_id }
  }
  const entered_score = scoreOf(seed, assignment, user_local_id)
  if (assignment.submission_type === 'on_paper') {
    return {
      ...UNSUBMITTED,
      workflow_state: 'graded',
      score: entered_score,
      entered_score,
      graded_ms,
      posted_ms,
      grader_local_id,
    }
  }
  const is_late = chance < 0.32
  const deduction = is_late ? roundScore(assignment.points_possible * LATE_DEDUCTION) : 0
  const latest_ms = is_late ? Math.min(due_ms + 20 * HOUR_MS, anchor_ms) : due_ms - HOUR_MS
  return {
    ...submitted(seed, latest_ms, assignment, user_local_id, is_late ? due_ms : undefined),
    workflow_state: 'graded',
    score: Math.max(0, roundScore(entered_score - deduction)),
    entered_score,
    points_deducted: deduction,
    graded_ms,
    posted_ms,
    grader_local_id,
  }
}

export function roundScore(score: number): number {
  return Math.round(score * 100) / 100
}

function submitted(
  seed: number,
  latest_ms: number,
  assignment: AssignmentRecord,
  user_local_id: number,
  earliest_ms: number = latest_ms - 48 * HOUR_MS,
): SubmissionRecord {
  const share = unit(seed, 82, assignment.local_id, user_local_id)
  const submitted_ms = Math.ceil((earliest_ms + (latest_ms - earliest_ms) * share) / 1000) * 1000
  if (assignment.submission_type === 'on_paper') return UNSUBMITTED
  return {
    ...UNSUBMITTED,
    workflow_state: 'submitted',
    attempt: 1 + (hash(seed, 83, assignment.local_id, user_local_id) % 2),
    submitted_ms,
  }
}

function gradedTime(
  seed: number,
  anchor_ms: number,
  due_ms: number,
  assignment: AssignmentRecord,
  user_local_id: number,
): number {
  const wanted_ms = due_ms + (24 + 96 * unit(seed, 84, assignment.local_id, user_local_id)) * HOUR_MS
  return Math.floor(Math.min(wanted_ms, anchor_ms) / 1000) * 1000
}

function scoreOf(seed: number, assignment: AssignmentRecord, user_local_id: number): number {
  const talent = 0.45 + 0.5 * unit(seed, 85, user_local_id)
  const luck = 0.2 * unit(seed, 86, assignment.local_id, user_local_id) - 0.1
  const share = Math.min(1, Math.max(0, talent + luck))
  return Math.round(assignment.points_possible * share * 2) / 2
}
