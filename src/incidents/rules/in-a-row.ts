import type { EndedSync } from '../../store/sync-histories.ts'
import type { IncidentFacts, IncidentSeverity } from '../../core/incident.ts'
import type { Finding, Verdict } from './verdict.ts'

/** What one sync says about a rule; `null` says nothing, as if it had not been. */
export type Judge = (sync: EndedSync) => 'bad' | 'good' | null

interface Thresholds {
  readonly severity: IncidentSeverity
  readonly in_a_row: number
  readonly recover_after: number
}

/** The syncs of a history that say something, the newest first. */
export function judged(
  history: readonly EndedSync[],
  judge: Judge,
): { readonly sync: EndedSync; readonly bad: boolean }[] {
  return history.flatMap((sync) => {
    const said = judge(sync)
    return said === null ? [] : [{ sync, bad: said === 'bad' }]
  })
}

/** Bad when the newest so many were all bad, good when the newest so many were all good. */
export function inARow(
  history: readonly EndedSync[],
  judge: Judge,
  { severity, in_a_row, recover_after }: Thresholds,
  factsOf: (bad: readonly EndedSync[]) => IncidentFacts = () => ({}),
): Verdict {
  const said = judged(history, judge)
  const bad = leading(said, true)
  if (bad.length >= in_a_row) return findingOf(bad, said, { severity, facts: factsOf(bad) })
  return leading(said, false).length >= recover_after ? 'good' : 'unknown'
}

/** Those before the first that is another. */
export function leading(
  said: readonly { readonly sync: EndedSync; readonly bad: boolean }[],
  bad: boolean,
): EndedSync[] {
  const end = said.findIndex((each) => each.bad !== bad)
  return (end === -1 ? said : said.slice(0, end)).map(({ sync }) => sync)
}

/** @param bad of a history, the newest first; not empty */
export function findingOf(
  bad: readonly EndedSync[],
  said: readonly { readonly sync: EndedSync; readonly bad: boolean }[],
  { severity, facts }: Pick<Finding, 'severity' | 'facts'>,
): Finding {
  const good = said.find((each) => !each.bad)
  const [newest] = bad
  return {
    severity,
    facts: { ...facts, in_a_row: bad.length, error_type: newest?.error_type ?? null },
    began_at: Math.min(...bad.map(({ started_at }) => started_at)),
    last_good_at: good?.sync.ended_at ?? null,
    count: bad.length,
    last_sync_id: newest?.id ?? null,
    sync_ids: bad.map(({ id }) => id),
  }
}
