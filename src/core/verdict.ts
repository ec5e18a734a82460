import { ERROR_TYPE_FACTS, type SyncErrorType } from './error-types.ts'
import type { CourseOutcome } from './sync-record.ts'
import type { FinishStatus } from './sync-status.ts'

export interface Verdict {
  readonly status: FinishStatus
  readonly error_type: SyncErrorType | null
  /** One sentence for people; null when all went well. */
  readonly error_message: string | null
}

/** Something that concerns the whole sync and not one course: terms unreadable, an include dropped. */
export interface SyncProblem {
  readonly error_type: SyncErrorType
  readonly message: string
}

type JudgedOutcome = Pick<CourseOutcome, 'course_id' | 'outcome' | 'error_type'>

const NAMED_COURSES = 3

/**
 * The status of a sync that ran to its end, from what happened to its courses: `failed` when every course was
 * refused or failed, `partial` when some were (or something else could not be read), `completed` otherwise.
 * Skipped and frozen courses are as they should be.
 */
export function verdictOf(
  outcomes: readonly JudgedOutcome[],
  problems: readonly SyncProblem[] = [],
): Verdict {
  const bad = outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'forbidden')
  if (bad.length === 0 && problems.length === 0) {
    return { status: 'completed', error_type: null, error_message: null }
  }
  const all_bad = outcomes.length > 0 && bad.length === outcomes.length
  const sentences = problems.map((problem) => problem.message)
  // A dead token ends the sync: the sentence that says so says it for the courses it hit, too.
  const untold = bad.filter(({ error_type }) => !isToldBy(problems, error_type))
  if (untold.length > 0) sentences.unshift(courseSentence(untold, outcomes.length))
  return {
    status: all_bad ? 'failed' : 'partial',
    error_type: gravest([
      ...bad.map((outcome) => outcome.error_type),
      ...problems.map((one) => one.error_type),
    ]),
    error_message: sentences.join(' ').slice(0, 1000),
  }
}

function isToldBy(problems: readonly SyncProblem[], type: SyncErrorType | null): boolean {
  return type !== null && ERROR_TYPE_FACTS[type].token && problems.some((one) => one.error_type === type)
}

/** `2 of 12 courses failed: timeout (course 101), forbidden (course 202).` */
function courseSentence(bad: readonly JudgedOutcome[], total: number): string {
  const named = bad
    .slice(0, NAMED_COURSES)
    .map((one) => `${one.error_type ?? one.outcome} (course ${one.course_id})`)
  const more = bad.length > NAMED_COURSES ? `, and ${bad.length - NAMED_COURSES} more` : ''
  return `${bad.length} of ${total} ${total === 1 ? 'course' : 'courses'} failed: ${named.join(', ')}${more}.`
}

/** A token problem explains everything else; otherwise the type that occurs most, the first one of equals. */
function gravest(types: readonly (SyncErrorType | null)[]): SyncErrorType | null {
  const known = types.filter((type) => type !== null)
  const token = known.find((type) => ERROR_TYPE_FACTS[type].token)
  if (token !== undefined) return token
  const counts = new Map<SyncErrorType, number>()
  for (const type of known) counts.set(type, (counts.get(type) ?? 0) + 1)
  let most: SyncErrorType | null = null
  for (const [type, count] of counts) if (most === null || count > (counts.get(most) ?? 0)) most = type
  return most
}
