import { errorTypeFacts } from '../../core/error-types.ts'
import type { EndedSync } from '../../store/sync-histories.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { findingOf, inARow, judged, leading, type Judge } from './in-a-row.ts'
import type { Verdict } from './verdict.ts'

/** Of so many of the newest the share is taken that failed. */
const LAST_RUNS = 10
/** How many more good ones end what comes and goes. */
const STEADY_RUNS = 2

export const isTokenError = ({ error_type }: EndedSync): boolean => errorTypeFacts(error_type)?.token === true

/** Read a part at least. */
const went = ({ sync_status }: EndedSync): boolean => sync_status === 'completed' || sync_status === 'partial'

const failed: Judge = (sync) => {
  if (went(sync)) return 'good'
  return sync.sync_status === 'failed' && sync.error_type !== 'unexpected_empty' ? 'bad' : null
}

/** One that was cancelled, lost or timed out says nothing here: it has a rule of its own. */
export function syncFailed(history: readonly EndedSync[], settings: RuleSettings['sync_failed']): Verdict {
  const verdict = inARow(history, failed, settings)
  if (typeof verdict !== 'string') return verdict
  const said = judged(history, failed).slice(0, LAST_RUNS)
  const bad = said.filter((each) => each.bad)
  const pieces = said.filter((each, index) => each.bad && said[index + 1]?.bad !== true).length
  const share = said.length === 0 ? 0 : (bad.length / said.length) * 100
  const comes_and_goes =
    said.length >= settings.of_at_least && pieces > 1 && share >= settings.percent && settings.percent > 0
  if (!comes_and_goes) return verdict
  if (said[0]?.bad === true) {
    const facts = { share_percent: Math.round(share), of: said.length }
    const syncs = bad.map(({ sync }) => sync)
    return findingOf(syncs, said, { severity: settings.severity, facts })
  }
  return leading(said, false).length >= settings.recover_after + STEADY_RUNS ? 'good' : 'unknown'
}

export function syncPartial(history: readonly EndedSync[], settings: RuleSettings['sync_partial']): Verdict {
  return inARow(
    history,
    ({ sync_status }) => (sync_status === 'partial' ? 'bad' : sync_status === 'completed' ? 'good' : null),
    settings,
  )
}

/** Whatever else a job itself reports is good: its process lived to its end. */
export function syncLost(history: readonly EndedSync[], settings: RuleSettings['sync_lost']): Verdict {
  return inARow(
    history,
    ({ sync_status }) => (sync_status === 'lost' ? 'bad' : sync_status === 'cancelled' ? null : 'good'),
    settings,
  )
}

export function syncTimedOut(
  history: readonly EndedSync[],
  settings: RuleSettings['sync_timed_out'],
): Verdict {
  return inARow(
    history,
    (sync) => (sync.sync_status === 'timed_out' ? 'bad' : went(sync) ? 'good' : null),
    settings,
  )
}

/** A sync that could not read Canvas at all does not say whether there is something now. */
export function unexpectedEmpty(
  history: readonly EndedSync[],
  settings: RuleSettings['unexpected_empty'],
): Verdict {
  return inARow(
    history,
    (sync) => (sync.error_type === 'unexpected_empty' ? 'bad' : went(sync) ? 'good' : null),
    settings,
  )
}

/** A network that is down does not mend a token. */
export function tokenInvalid(
  history: readonly EndedSync[],
  settings: RuleSettings['token_invalid'],
): Verdict {
  return inARow(history, (sync) => (isTokenError(sync) ? 'bad' : went(sync) ? 'good' : null), settings)
}
