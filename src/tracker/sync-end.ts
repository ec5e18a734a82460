import { mayBeUnexpectedlyEmpty, processedOf, UNEXPECTEDLY_EMPTY } from '../core/unexpected-empty.ts'
import type { FinishAnswer, SyncFinish } from '../store/sync-store.ts'
import type { Failure } from './describe-failure.ts'
import type { SyncLog } from './sync-log.ts'

/** What the row says has the limit in it, which is the server's to know. */
export const TIMED_OUT_MESSAGE = 'The sync ran longer than its limit.'
export const TIMED_OUT = { status: 'timed_out', error_type: 'timed_out' } as const

/** Of a sync that read nothing only the store knows whether that is how it ended: its line waits for the answer. */
export const waitsForJudgement = (end: SyncFinish, has_outcomes: boolean): boolean =>
  mayBeUnexpectedlyEmpty({
    ...end,
    may_be_empty: end.may_be_empty === true,
    has_outcomes,
    processed: processedOf(end.counters),
  })

/** The end as it stands by the answer: nobody but the store makes a failure of a success. The same one where it is the same. */
export const endAsAnswered = (end: SyncFinish, answer: FinishAnswer): SyncFinish =>
  end.status === 'completed' && answer.status === 'failed' ? { ...end, ...UNEXPECTEDLY_EMPTY } : end

/** False when the line cannot be made, which must not keep the end from the row. */
export function tellEnd(
  log: SyncLog,
  { duration_ms, ...verdict }: SyncFinish,
  failure: Failure | null,
  courses: number,
): boolean {
  try {
    log.ended(verdict, failure, { duration_ms, courses })
    return true
  } catch {
    return false
  }
}
