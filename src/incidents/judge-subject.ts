import type { IncidentRule, IncidentSubject } from '../core/incident.ts'
import type { FoundIncident, JudgedMember } from '../store/incidents.ts'
import type { EndedSync } from '../store/sync-histories.ts'
import {
  causeOf,
  incidentSubject,
  keyOf,
  parentKeyOf,
  subjectMember,
  tokenKey,
  tokenMember,
  tokenOf,
} from './incident-keys.ts'
import type { RuleSettings } from './rule-settings.ts'
import { tokenExpiring } from './rules/upkeep.ts'
import { isFinding, type Finding } from './rules/verdict.ts'
import { subjectVerdict, type SubjectHistory, type SubjectRule } from './subject-verdicts.ts'

/** What rules say: what they found bad, and all that they could judge. */
export interface Judgement {
  readonly found: readonly FoundIncident[]
  readonly judged: readonly JudgedMember[]
}

export interface SubjectFacts extends SubjectHistory {
  /** Canvas's; null when nothing says it. */
  readonly host: string | null
  /** Ids of syncs that no look has counted before. */
  readonly fresh: ReadonlySet<number>
  readonly now: number
  /** Whether the end of this user's token is written down elsewhere. */
  readonly token_known: boolean
}

interface Grouping {
  readonly key: string
  readonly parent_key?: string | null
  readonly subject: IncidentSubject
  readonly facts?: FoundIncident['facts']
}

/** Every rule about the syncs of one type of one user. */
export function judgeSubject(given: SubjectFacts): Judgement {
  const { history, host, settings } = given
  const [newest] = history
  if (newest === undefined) return { found: [], judged: [] }
  const { sync_type, user_id } = newest
  const found: FoundIncident[] = []
  const judged: JudgedMember[] = []
  const member = subjectMember(newest)
  const common = { host, sync_type, user_id }
  const add = (rule: SubjectRule, group: (newest_bad: EndedSync) => Grouping): void => {
    const verdict = subjectVerdict(rule, given)
    if (verdict === 'unknown') return
    judged.push({ rule, member })
    if (!isFinding(verdict)) return
    const bad = history.find(({ id }) => id === verdict.last_sync_id) ?? newest
    found.push(foundOf(rule, verdict, { ...group(bad), member }, given.fresh))
  }
  const byCause =
    (rule: IncidentRule) =>
    (sync: EndedSync): Grouping => ({
      key: keyOf(rule, host, causeOf(sync)),
      parent_key: parentKeyOf(sync, host),
      subject: incidentSubject({ ...common, source_id: sync.source_id, error_type: sync.error_type }),
    })
  const byHost =
    (rule: IncidentRule) =>
    (sync: EndedSync): Grouping => ({
      key: keyOf(rule, host),
      subject: incidentSubject({ ...common, source_id: sync.source_id, error_type: sync.error_type }),
    })
  /** What happened on one machine. */
  const byMachine =
    (rule: IncidentRule) =>
    (sync: EndedSync): Grouping => ({
      key: keyOf(rule, sync.host),
      subject: incidentSubject({ ...common, error_type: sync.error_type }),
      facts: { machine: sync.host },
    })
  const bySubject =
    (rule: IncidentRule) =>
    (sync: EndedSync): Grouping => ({
      key: keyOf(rule, sync_type, user_id),
      subject: incidentSubject({ ...common, source_id: sync.source_id }),
    })

  add('sync_failed', byCause('sync_failed'))
  add('sync_partial', byCause('sync_partial'))
  add('sync_lost', byMachine('sync_lost'))
  add('sync_timed_out', byHost('sync_timed_out'))
  add('unexpected_empty', byHost('unexpected_empty'))
  add('token_invalid', (sync) => ({
    key: tokenKey(host, user_id),
    subject: incidentSubject({ ...common, source_id: sync.source_id, error_type: sync.error_type }),
  }))
  add('volume', bySubject('volume'))
  add('duration', bySubject('duration'))
  add('throttled', byHost('throttled'))
  add('log_loss', byMachine('log_loss'))
  if (newest.token_expires_at !== null && user_id !== null && !given.token_known) {
    const said = judgeToken(tokenMember(user_id), newest.token_expires_at, settings, given.now)
    found.push(...said.found)
    judged.push(...said.judged)
  }
  return { found, judged }
}

/** A token of which its end is known, by a member of `tokenMember`. */
export function judgeToken(
  member: string,
  expires_at: number,
  { token_expiring }: RuleSettings,
  now: number,
): Judgement {
  const { user_id } = tokenOf(member)
  const judged = [{ rule: 'token_expiring', member }] as const
  const verdict = token_expiring.enabled ? tokenExpiring(expires_at, token_expiring, now) : 'good'
  if (!isFinding(verdict)) return { found: [], judged: verdict === 'good' ? judged : [] }
  const grouping = { key: keyOf('token_expiring', user_id), member, subject: incidentSubject({ user_id }) }
  return { found: [foundOf('token_expiring', verdict, grouping, new Set())], judged }
}

export function foundOf(
  rule: IncidentRule,
  verdict: Finding,
  grouping: Grouping & { readonly member: string },
  fresh: ReadonlySet<number>,
): FoundIncident {
  const { severity, facts, began_at, last_good_at, count, last_sync_id, sync_ids } = verdict
  return {
    rule,
    key: grouping.key,
    member: grouping.member,
    severity,
    subject: grouping.subject,
    facts: { ...facts, ...grouping.facts },
    began_at,
    last_good_at,
    count,
    added: sync_ids.filter((id) => fresh.has(id)).length,
    last_sync_id,
    parent_key: grouping.parent_key ?? null,
  }
}
