import { amountOf, milliseconds } from '../core/entity-words.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { CourseOutcomeStatus } from '../core/sync-status.ts'

/** The end of every sentence that tells of held deletions. */
const HELD =
  'too much at once, so nothing was deleted; if it is really gone, sync once with --accept-deletions.'

/** `GET /api/v1/courses answered 200 in 46 ms.` */
export function callSentence(
  call: string,
  status: number | null,
  duration_ms: number,
  error_type: string | null | undefined,
): string {
  const answer = status == null ? 'had no answer after' : `answered ${status} in`
  return `${call} ${answer} ${milliseconds(duration_ms)}${error_type == null ? '.' : ` (${error_type}).`}`
}

const DONE: ReadonlyMap<string, string> = new Map([
  ['create', 'Created'],
  ['update', 'Updated'],
  ['delete', 'Deleted'],
  ['fetch', 'Fetched'],
  ['sync', 'Saved'],
])

/** `Saved 4 courses in 4 ms.`; an operation that is not known stays as it is. */
export function databaseSentence(operation: string, rows: string, duration_ms: number | undefined): string {
  const done = DONE.get(operation) ?? operation
  return duration_ms === undefined ? `${done} ${rows}.` : `${done} ${rows} in ${milliseconds(duration_ms)}.`
}

export function throttleSentence(wait_ms: number): string {
  return wait_ms === 0 ? 'Canvas throttles.' : `Canvas throttles: waiting ${wait_ms} ms.`
}

export function deletedSentence(entity: string, deleted: number): string {
  return `${amountOf(deleted, entity)} ${deleted === 1 ? 'is' : 'are'} gone from Canvas and marked deleted.`
}

export function heldSentence(entity: string, held: number): string {
  return `${amountOf(held, entity)} ${held === 1 ? 'is' : 'are'} missing from Canvas's list: ${HELD}`
}

/** `Reading courses (25 %).`; the caller's words may be a sentence of their own. */
export function progressSentence(current: string | null, percent: number | null): string {
  const doing = current === null ? '' : withoutStop(current)
  if (percent === null) return doing === '' ? 'The sync goes on.' : `${doing}.`
  const done = `${Math.floor(percent)} %`
  return doing === '' ? `${done} done.` : `${doing} (${done}).`
}

const ENDED: Readonly<Record<CourseOutcomeStatus, string>> = {
  completed: 'completed in',
  failed: 'failed after',
  skipped: 'was skipped',
  frozen: 'is frozen',
  forbidden: 'is forbidden',
}

/** How a course ended; why it failed is in the errors log. */
export function courseSentence(course: CourseOutcome): string {
  const { course_id, outcome, reason, duration_ms, deletions_held: held } = course
  const ended = `Course ${course_id} ${ENDED[outcome]}`
  const timed = outcome === 'completed' || outcome === 'failed'
  const why = reason === null ? '.' : ` (${withoutStop(reason)}).`
  const sentence = timed ? `${ended} ${milliseconds(duration_ms)}.` : ended + why
  if (held === 0) return sentence
  const missing = held === 1 ? '1 row is missing' : `${held} rows are missing`
  return `${sentence} ${missing} from its lists: ${HELD}`
}

const withoutStop = (text: string): string => (text.endsWith('.') ? text.slice(0, -1) : text)
