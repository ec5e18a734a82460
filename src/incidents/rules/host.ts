import type { EndedSync } from '../../store/sync-histories.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { findingOf, leading } from './in-a-row.ts'
import type { Verdict } from './verdict.ts'

/** Errors of a Canvas that cannot be reached or does not answer as Canvas. */
export const UNREACHABLE_ERRORS = ['network', 'timeout', 'edge_error', 'canvas_error'] as const

/** What comes and goes is over below this part of the share that opens it. */
const RECOVERY = 0.5

const isAway = ({ error_type }: EndedSync): boolean => UNREACHABLE_ERRORS.some((type) => type === error_type)

export function isUnreachable(sync: EndedSync): boolean {
  return sync.sync_status === 'failed' && isAway(sync)
}

/**
 * Whether Canvas has answered: with data, or by refusing the token or what was asked for. A sync that read a part before
 * Canvas went away says neither that it is there nor that it is not.
 */
function wasReached(sync: EndedSync): boolean {
  const { sync_status, error_type } = sync
  if (sync_status === 'completed') return true
  if (sync_status === 'partial') return !isAway(sync)
  const refused = [
    'token_invalid',
    'token_expired',
    'token_revoked',
    'scope_missing',
    'forbidden',
    'not_found',
  ]
  return sync_status === 'failed' && error_type !== null && refused.includes(error_type)
}

/**
 * One host of Canvas, over everybody's syncs: it is the larger problem behind each of their failures.
 *
 * @param ended the syncs of the host, in any order
 */
export function canvasUnreachable(
  ended: readonly EndedSync[],
  settings: RuleSettings['canvas_unreachable'],
  now: number,
): Verdict {
  const newest_first = ended.toSorted((a, b) => b.ended_at - a.ended_at || b.id - a.id)
  const said = newest_first
    .filter((sync) => isUnreachable(sync) || wasReached(sync))
    .map((sync) => ({ sync, bad: isUnreachable(sync) }))
  const recent = said.filter(({ sync }) => sync.ended_at > now - settings.within_ms)
  const bad = recent.filter((each) => each.bad).map(({ sync }) => sync)
  const reached = leading(said, false).length
  const share = recent.length === 0 ? 0 : (bad.length / recent.length) * 100
  // One that comes and goes is not back because it answers for a moment.
  const comes_and_goes = isOften(recent, settings.failures) && share >= settings.percent * RECOVERY
  // The good ones from before it went away must not keep it from being seen, or each user's failures are told first.
  const in_a_row = leading(recent, true)
  // Where many syncs run, two of different users fail one after the other by chance; two of one user are told anyway.
  const needed = settings.failures + (subjectsOf(in_a_row) > 1 ? 1 : 0)
  const none_reached = in_a_row.length >= needed
  const most_failed = bad.length >= settings.failures && share >= settings.percent
  if (reached < settings.recover_after && (none_reached || most_failed)) {
    const users = new Set(bad.map(({ user_id }) => user_id)).size
    const facts = { failures: bad.length, users, share_percent: Math.round(share) }
    return findingOf(bad, said, { severity: settings.severity, facts })
  }
  return reached >= settings.recover_after && !comes_and_goes ? 'good' : 'unknown'
}

/**
 * Whether it was away more than once: twice for several syncs, or three times. In the order of their starts, because what
 * ran when it went away may end among those that found it gone.
 */
function isOften(
  recent: readonly { readonly sync: EndedSync; readonly bad: boolean }[],
  failures: number,
): boolean {
  const outages: number[] = []
  let was_bad = false
  // The oldest end first, so that of several that started at once the one that ended first stays first.
  for (const { bad } of recent.toReversed().toSorted((a, b) => a.sync.started_at - b.sync.started_at)) {
    if (bad) outages.push(was_bad ? (outages.pop() ?? 0) + 1 : 1)
    was_bad = bad
  }
  return outages.length > 2 || outages.filter((syncs) => syncs >= failures).length > 1
}

const subjectsOf = (syncs: readonly EndedSync[]): number =>
  new Set(syncs.map(({ user_id, sync_type }) => JSON.stringify([user_id, sync_type]))).size
