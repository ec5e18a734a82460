import type { SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import { dateText } from '../parts/date-text.ts'
import { countText } from '../parts/number-text.ts'

type Reading = Pick<SyncSteps, 'complete' | 'cut' | 'calls_missing' | 'cleaned_up_at' | 'lines_read'>

/** What the log lines do not tell, and why; null when they tell all. */
export function missingSentence(
  { complete, cut, calls_missing, cleaned_up_at, lines_read }: Reading,
  zone: string,
): string | null {
  if (complete) return null
  if (cut === 'time') return 'The logs are large: only a part of the lines was read in the time there was.'
  if (cut === 'lines') return `Only the first ${countText(lines_read)} log lines were counted.`
  if (cut === 'unreadable') return 'A log file cannot be read: what its lines tell is missing.'
  const when = cleaned_up_at === null ? null : dateText(Date.parse(cleaned_up_at), zone, 'minute')
  if (lines_read === 0) {
    return when === null
      ? 'There are no log lines of this sync here: they were deleted, or it ran where another log folder is.'
      : `The log lines of this sync were cleaned up on ${when}.`
  }
  const calls = `The log lines of ${countText(calls_missing)} ${calls_missing === 1 ? 'call' : 'calls'} are missing`
  return when === null ? `${calls}.` : `${calls}: logs were cleaned up on ${when}.`
}
