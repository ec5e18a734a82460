import { errorTypeFacts, type SyncErrorType } from '../core/error-types.ts'
import { CAUSES } from '../core/incident-causes.ts'
import type { ReportFailure } from '../core/report.ts'
import type { FailureCount } from '../store/reports.ts'

/** What `describeFailure` says of an error of the job's own: its class, and where it was thrown. */
const CLASS_AND_PLACE =
  /^The sync job failed with (?:[A-Z][A-Za-z\d]{0,60})?(?:Error|Exception)(?: \([A-Z][A-Z\d_]{1,60}\))?(?: at (?:(?:async |new )?[\w$.<>#]{1,100} \([\w.-]{1,100}(?::\d{1,9}){1,2}\)|[\w.-]{1,100}(?::\d{1,9}){1,2}))?\.$/

/** What only the monitor decides has no cause among those of incidents: their rules say it. */
const OTHERS: Readonly<Record<string, string>> = {
  lost: 'The process that ran the sync is gone.',
  timed_out: 'The sync ran longer than its limit.',
  cancelled: 'The sync was cancelled.',
}

/**
 * What is said of an error in a report, which leaves the house: words of ours. Those of the error itself may be another
 * program's, with a name or a grade in them; they are in the dashboard.
 */
export function failureSentence(error_type: SyncErrorType | null, message: string): string {
  if (error_type === 'job_error' && CLASS_AND_PLACE.test(message)) return message
  if (error_type === null) return 'The sync failed, and did not say why.'
  return CAUSES[error_type] ?? OTHERS[error_type] ?? 'The sync failed.'
}

/** Groups of errors of which the same is said are one; the most frequent first. */
export function mergeFailures(groups: readonly FailureCount[]): ReportFailure[] {
  const merged = new Map<string, ReportFailure>()
  for (const { error_group_id, error_type, message, syncs, syncs_before } of groups) {
    const sentence = failureSentence(error_type, message)
    const known = merged.get(sentence)
    merged.set(sentence, {
      error_group_id: known?.error_group_id ?? error_group_id,
      error_type,
      message: sentence,
      syncs: syncs + (known?.syncs ?? 0),
      syncs_before: syncs_before + (known?.syncs_before ?? 0),
      next_step: errorTypeFacts(error_type)?.next_step ?? null,
    })
  }
  return [...merged.values()].toSorted((a, b) => b.syncs - a.syncs)
}
