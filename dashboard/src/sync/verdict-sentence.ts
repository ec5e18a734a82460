import type { CourseOutcomeRecord } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { ERROR_REASONS, reasonOf } from './error-reasons.ts'
import { failureGroups, isFailed } from './failure-groups.ts'

type Judged = Pick<
  SyncRecord,
  | 'sync_status'
  | 'error_type'
  | 'total_duration_seconds'
  | 'courses'
  | 'deletions'
  | 'repaired_from'
  | 'progress'
>

/** How many reasons stand in the sentence; the others are listed below it. */
const NAMED = 2

/**
 * What became of a sync, in a sentence for who was just woken by it.
 * @param courses its outcomes, as far as they are known
 */
export function verdictSentence(sync: Judged, courses: readonly CourseOutcomeRecord[]): string {
  const sentence = sentenceOf(sync, courses)
  if (sync.repaired_from === null) return sentence
  return `${sentence} It was taken for ${sync.repaired_from.replaceAll('_', ' ')} before it told its end.`
}

function sentenceOf(sync: Judged, courses: readonly CourseOutcomeRecord[]): string {
  const took = sync.total_duration_seconds === null ? '' : ` in ${durationText(sync.total_duration_seconds)}`
  const done = courses.length - courses.filter(isFailed).length
  const until = done === 0 ? 'before any course was done' : `after ${ofCourses(done)}`
  switch (sync.sync_status) {
    case 'in_progress':
      return 'Running.'
    case 'completed':
      return completedSentence(sync, courses, took)
    case 'partial':
      return `Partial: ${partSentence(sync, courses)}`
    case 'failed':
      return `Failed: ${failedSentence(sync, courses)}`
    case 'cancelled':
      return `Cancelled ${until}: the next sync goes on from there.`
    case 'lost':
      return `Lost ${until}: its process stopped giving signs of life.`
    case 'timed_out':
      return `Timed out ${until}: it ran longer than its limit.`
    default:
      return 'Its status is of another version.'
  }
}

function completedSentence(
  { deletions, courses: counted }: Judged,
  courses: readonly CourseOutcomeRecord[],
  took: string,
): string {
  const left_out = courses.filter(({ outcome }) => outcome === 'skipped' || outcome === 'frozen').length
  const read = Math.max(courses.length - left_out, courses.length === 0 ? counted.processed : 0)
  const skipped = left_out === 0 ? '' : `, ${countText(left_out)} did not need to be`
  const held =
    deletions.held === 0
      ? ''
      : ` ${countText(deletions.held)} ${deletions.held === 1 ? 'row is' : 'rows are'} missing in Canvas and kept here.`
  if (read === 0) return `Completed${took}: nothing had to be read.${held}`
  return `Completed: ${ofCourses(read)} ${read === 1 ? 'was' : 'were'} read${took}${skipped}.${held}`
}

function partSentence(sync: Judged, courses: readonly CourseOutcomeRecord[]): string {
  const failed = courses.filter(isFailed).length
  if (failed === 0) return becauseOf(sync, 'not everything could be read')
  return `${countText(failed)} of ${ofCourses(courses.length)} could not be read${reasons(courses)}`
}

function failedSentence(sync: Judged, courses: readonly CourseOutcomeRecord[]): string {
  const failed = courses.filter(isFailed).length
  if (failed === 0) return becauseOf(sync, 'it could not be done')
  if (failed < courses.length) return partSentence(sync, courses)
  const none = failed === 1 ? 'its course could not be read' : `none of ${ofCourses(failed)} could be read`
  return `${none}${reasons(courses)}`
}

function becauseOf({ error_type }: Judged, what: string): string {
  const reason = reasonOf(error_type)
  return reason === null ? `${what}.` : `${what} because ${reason.replace(/\bthem\b/, 'it')}.`
}

/** ` because the access token has expired.`, and of several reasons how many courses each has. */
function reasons(courses: readonly CourseOutcomeRecord[]): string {
  const groups = failureGroups(courses)
  const known = groups.flatMap(({ error_type, courses: { length } }) =>
    error_type === null || !Object.hasOwn(ERROR_REASONS, error_type)
      ? []
      : [{ length, reason: ERROR_REASONS[error_type] }],
  )
  const [first] = known
  if (first === undefined) return '.'
  if (groups.length === 1) return ` because ${singular(first.reason, first.length)}.`
  const named = known
    .slice(0, NAMED)
    .map(({ length, reason }) => `${singular(reason, length)} (${countText(length)})`)
  const more = groups.length - named.length
  return ` because ${named.join(' and ')}${more === 0 ? '' : `, and for ${countText(more)} more ${more === 1 ? 'reason' : 'reasons'}`}.`
}

const singular = (reason: string, count: number): string =>
  count === 1 ? reason.replace(/\bthem\b/, 'it') : reason

const ofCourses = (count: number): string => `${countText(count)} ${count === 1 ? 'course' : 'courses'}`
