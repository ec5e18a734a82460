import type { EndedSync } from '../../store/sync-histories.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { inARow } from './in-a-row.ts'
import type { Verdict } from './verdict.ts'

/** Good again below half of what opens it. */
const RECOVERY = 0.5

/**
 * How much of its time a sync waited for Canvas's throttle. Calls wait beside each other, so that the sum may be more than
 * the running time: it counts as the whole then.
 */
export function throttled(history: readonly EndedSync[], settings: RuleSettings['throttled']): Verdict {
  return inARow(
    history,
    (sync) => {
      if (sync.api_calls_made === 0 && sync.api_rate_limit_hits === 0) return null
      if (isThrottled(sync, settings, 1)) return 'bad'
      return isThrottled(sync, settings, RECOVERY) ? null : 'good'
    },
    settings,
    ([newest]) => ({
      wait_percent: newest === undefined ? 0 : Math.round(waitShare(newest)),
      rate_limit_hits: newest?.api_rate_limit_hits ?? 0,
    }),
  )
}

function isThrottled(sync: EndedSync, settings: RuleSettings['throttled'], part: number): boolean {
  const { percent, at_least_ms, hits } = settings
  const waits = waitShare(sync) >= part * percent && sync.throttle_wait_ms >= part * at_least_ms
  return waits || sync.api_rate_limit_hits >= part * hits
}

function waitShare({ throttle_wait_ms, duration_ms }: EndedSync): number {
  return Math.min(100, (throttle_wait_ms / Math.max(1, duration_ms ?? 1)) * 100)
}

/** What could not be recorded of a sync: its log lines and counters. */
export function logLoss(history: readonly EndedSync[], settings: RuleSettings['log_loss']): Verdict {
  return inARow(
    history,
    ({ records_lost }) => (records_lost > 0 ? 'bad' : 'good'),
    { ...settings, in_a_row: 1 },
    (bad) => ({ records_lost: bad.reduce((sum, { records_lost }) => sum + records_lost, 0) }),
  )
}
