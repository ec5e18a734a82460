import type { CanvasObject } from '../../src/engine/row-mapper.ts'

export interface SubmissionSet {
  readonly courses: number
  readonly assignments_per_course: number
  readonly students_per_course: number
}

export interface WhichSubmission {
  readonly course: number
  /** From 0, in the order in which Canvas lists the submissions of a course. */
  readonly number: number
  /** Raised when the submission has been graded anew. */
  readonly version: number
}

const FIRST_DAY_MS = Date.UTC(2026, 0, 12)
const DAY_MS = 86_400_000
const MINUTES_PER_DAY = 1440

/** Of shard 7414: beyond 2^53, as ids of hosted Canvas are when another shard names them. */
const canvasId = (local: number): string => `7414${String(local).padStart(13, '0')}`
const twoDigits = (number: number): string => (number < 10 ? `0${number}` : String(number))

const days = new Map<number, string>()

/** The date is looked up, since making the rows must cost little of the time that is measured. */
function canvasTime(minute: number): string {
  const day = Math.floor(minute / MINUTES_PER_DAY)
  let date = days.get(day)
  if (date === undefined) {
    date = new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10)
    days.set(day, date)
  }
  const of_day = minute - day * MINUTES_PER_DAY
  return `${date}T${twoDigits(Math.floor(of_day / 60))}:${twoDigits(of_day % 60)}:00Z`
}

/**
 * One submission with the fields of Canvas's REST list, ids as text, about 900 bytes of JSON. Canvas makes the
 * rows of an assignment when it is published, so the ids of a course are runs, with other courses' runs between.
 */
export function canvasSubmission(set: SubmissionSet, which: WhichSubmission): CanvasObject {
  const { course, number, version } = which
  const assignment = Math.floor(number / set.students_per_course)
  const student = number % set.students_per_course
  const run = assignment * set.courses + course
  const local = 1 + run * set.students_per_course + student
  const points = ((local * 7 + version * 3) % 201) / 2
  const due = assignment * 7 * MINUTES_PER_DAY
  const submitted_at = canvasTime(due - (local % 5000))
  const graded_at = canvasTime(due + (local % 3000) + version)
  const assignment_id = canvasId(1 + run)
  const user_id = canvasId(1 + ((course * 13 + student) % 50_000))
  return {
    id: canvasId(local),
    body: null,
    url: null,
    grade: String(points),
    score: points,
    submitted_at,
    assignment_id,
    user_id,
    submission_type: 'online_text_entry',
    workflow_state: 'graded',
    grade_matches_current_submission: true,
    graded_at,
    grader_id: canvasId(1 + (course % 500)),
    attempt: 1 + (local % 2),
    cached_due_date: canvasTime(due),
    excused: false,
    late_policy_status: null,
    points_deducted: null,
    grading_period_id: canvasId(3),
    extra_attempts: null,
    posted_at: graded_at,
    redo_request: false,
    late: false,
    missing: false,
    seconds_late: 0,
    entered_grade: String(points),
    entered_score: points,
    preview_url: `https://canvas.example.edu/courses/${canvasId(1 + course)}/assignments/${assignment_id}/submissions/${user_id}?preview=1&version=${version}`,
  }
}
