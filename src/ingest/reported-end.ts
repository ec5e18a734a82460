import type { IngestFinish } from '../core/ingest-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import { verdictOf, type Verdict } from '../core/verdict.ts'
import type { KnownSync } from '../store/ingest-store.ts'
import type { StatusChange } from '../store/sync-store.ts'
import type { Failure } from '../tracker/describe-failure.ts'
import { timeOf } from './event-times.ts'
import { failureOf, tellsFailure } from './reported-failure.ts'
import type { ReportedLedger } from './reported-ledger.ts'
import type { ChangingRow } from './reported-row.ts'

export interface EndFacts {
  readonly known: KnownSync | null
  readonly row: ChangingRow
  readonly ledger: ReportedLedger
  /** Of this request. */
  readonly outcomes: readonly CourseOutcome[]
  readonly at_ms: number
  readonly keep_error_messages: boolean
}

export interface End {
  readonly verdict: Verdict
  /** What went wrong, when that is how the sync ended. */
  readonly failure: Failure | null
  readonly finished_ms: number
  readonly duration_ms: number
  readonly courses: number
}

/** Whether a finish is judged by what happened to the courses, of which the earlier ones have to be looked up then. */
export function isJudged(event: IngestFinish): boolean {
  return event.status === 'partial' || (event.status === undefined && !tellsFailure(event))
}

export function endOf(event: IngestFinish, facts: EndFacts): End {
  const { known, row, ledger, outcomes, at_ms } = facts
  const finished_ms = timeOf(event.finished_at, at_ms)
  const duration_ms = event.duration_ms ?? Math.max(0, finished_ms - row.sync_start_time)
  const by_course = new Map(known?.outcomes.map((outcome) => [outcome.course_id, outcome]))
  for (const outcome of outcomes) by_course.set(outcome.course_id, outcome)
  const judged = verdictOf([...by_course.values()], ledger.problems)
  const processed = (known?.sync.courses_processed ?? 0) + ledger.counters.courses_processed
  const courses = Math.max(processed, by_course.size)
  return { ...endedAs(event, judged, facts.keep_error_messages), finished_ms, duration_ms, courses }
}

/** Writes the end into the row, and gives the change of its status. */
export function endRow(
  row: ChangingRow,
  { verdict, finished_ms, duration_ms }: End,
): Omit<StatusChange, 'sync_id'> {
  const old_status = row.sync_status
  const repaired = old_status !== 'in_progress'
  row.sync_status = verdict.status
  row.error_type = verdict.error_type
  row.error_message = verdict.error_message
  row.sync_end_time = finished_ms
  row.total_duration_seconds = duration_ms / 1000
  if (repaired) row.repaired_from = old_status
  const reason = repaired ? 'late_finish' : verdict.error_type
  return { old_status, new_status: verdict.status, reason, changed_at: finished_ms }
}

function endedAs(
  event: IngestFinish,
  judged: Verdict,
  keep_messages: boolean,
): { verdict: Verdict; failure: Failure | null } {
  const { status } = event
  if (status === 'completed') {
    return { verdict: { status, error_type: null, error_message: null }, failure: null }
  }
  if (status === undefined && !tellsFailure(event)) return { verdict: judged, failure: null }
  if (status === 'cancelled' || (status === undefined && event.error_type === 'cancelled')) {
    const told = { error_type: 'cancelled', message: 'The sync was cancelled.' } as const
    const { error_type, message } = failureOf(event, told, keep_messages)
    return { verdict: { status: 'cancelled', error_type, error_message: message }, failure: null }
  }
  if (status === 'partial') {
    const message = judged.error_message ?? 'Something could not be read.'
    const told = { error_type: judged.error_type ?? 'job_error', message } as const
    const failure = failureOf(event, told, keep_messages)
    const { error_type } = failure
    return { verdict: { status, error_type, error_message: failure.message }, failure: null }
  }
  const told = { error_type: 'job_error', message: 'The sync job failed.' } as const
  const failure = failureOf(event, told, keep_messages)
  return {
    verdict: { status: 'failed', error_type: failure.error_type, error_message: failure.message },
    failure,
  }
}
