import type { SyncErrorType } from '../core/error-types.ts'
import type { FoundIncident, JudgedMember } from '../store/incidents.ts'
import type { Store } from '../store/store.ts'
import type { EndedSync, SyncSubject } from '../store/sync-histories.ts'
import type { CanvasHosts } from './canvas-hosts.ts'
import { causeOf, incidentSubject, keyOf, subjectMember, unreachableKey } from './incident-keys.ts'
import { foundOf, judgeSubject, type Judgement } from './judge-subject.ts'
import type { RuleSettings } from './rule-settings.ts'
import { canvasUnreachable, isUnreachable } from './rules/host.ts'
import { isFinding, type Finding } from './rules/verdict.ts'

/** What a baseline is made of, also that of one weekday. */
const LONG_HISTORY = 100
/** What rules need that look at the newest ones only. */
const SHORT_HISTORY = 25
/** Subjects of one read: what arrives at once must not keep requests waiting. */
const SUBJECTS_AT_ONCE = 50
/** Of one subject in one look: more are counted as so many. */
const MOST_FRESH = 500
/** Syncs of the last minutes that are looked at for what they have in common. */
const SAMPLE = 1000
/** Changes behind a place that are looked at: who is further behind than that counts some twice. */
const MOST_LATER = 50_000
/** They may have started long before they ended. */
const LONGEST_RUN_MS = 3_600_000

export interface SyncJudge {
  readonly store: Pick<Store, 'histories' | 'incidents'>
  readonly hosts: CanvasHosts
  readonly settingsOf: (sync_type: string | null) => RuleSettings
  readonly time_zone: string
  readonly token_users: ReadonlySet<string>
}

/** An ended sync as the feed of changes shows it. */
export interface FreshSync extends SyncSubject {
  readonly id: number
  readonly completed: boolean
}

/**
 * What all rules about syncs say after these have ended.
 *
 * @param place up to which the feed was read: what has changed since is judged the next time, and not counted twice
 */
export async function judgeSyncs(
  judge: SyncJudge,
  fresh: readonly FreshSync[],
  place: number,
  now: number,
): Promise<Judgement> {
  const histories = await readHistories(judge, fresh)
  const newest = histories.flatMap((history) => history.slice(0, 1))
  await judge.hosts.learn(newest)
  const ids = new Set(fresh.map(({ id }) => id))
  const spread = await findSpread(judge, newest, now)
  const known = new Set(newest.map(subjectMember))
  const others = spread.subjects.filter((subject) => !known.has(subjectMember(subject)))
  if (others.length > 0) histories.push(...(await judge.store.histories.ofSubjects(others, SHORT_HISTORY)))
  const hosts = await readHosts(judge, newest, now)
  // After all that was read: whatever of it has changed behind the place is among these.
  const later = new Set(await judge.store.histories.changedBehind(place, MOST_LATER))
  const found: FoundIncident[] = []
  const judged: JudgedMember[] = []
  for (const all of histories) {
    const history = all.filter(({ id }) => !later.has(id))
    const [first] = history
    if (first === undefined) continue
    const host = judge.hosts.of(first)
    const said = judgeSubject({
      history,
      host,
      fresh: ids,
      settings: judge.settingsOf(first.sync_type),
      time_zone: judge.time_zone,
      now,
      spread: spread.causes.has(keyOf('sync_failed', host, causeOf(first))),
      token_known: first.user_id !== null && judge.token_users.has(first.user_id),
    })
    found.push(...said.found)
    judged.push(...said.judged)
  }
  const of_hosts = judgeHosts(judge, hosts, { fresh: ids, later }, now)
  return { found: [...of_hosts.found, ...found], judged: [...of_hosts.judged, ...judged] }
}

async function readHistories({ store }: SyncJudge, fresh: readonly FreshSync[]): Promise<EndedSync[][]> {
  const by_subject = Map.groupBy(fresh, subjectMember)
  const by_limit = new Map<number, SyncSubject[]>()
  for (const syncs of by_subject.values()) {
    const [first] = syncs
    if (first === undefined) continue
    const wanted = syncs.some(({ completed }) => completed) ? LONG_HISTORY : SHORT_HISTORY
    const limit = syncs.length <= 10 ? wanted : MOST_FRESH
    const { user_id, sync_type } = first
    by_limit.set(limit, [...(by_limit.get(limit) ?? []), { user_id, sync_type }])
  }
  const histories: EndedSync[][] = []
  for (const [limit, subjects] of by_limit) {
    for (let from = 0; from < subjects.length; from += SUBJECTS_AT_ONCE) {
      const some = subjects.slice(from, from + SUBJECTS_AT_ONCE)
      histories.push(...(await store.histories.ofSubjects(some, limit)))
    }
  }
  return histories.filter((history) => history.length > 0)
}

interface Spread {
  /** Keys of `sync_failed` that enough users met within its time. */
  readonly causes: ReadonlySet<string>
  /** Whose syncs these are. */
  readonly subjects: readonly SyncSubject[]
}

const failed = ({ sync_status, error_type }: EndedSync): boolean =>
  sync_status === 'failed' && error_type !== 'unexpected_empty'

/** One failure each of several users, with one cause. */
async function findSpread(judge: SyncJudge, newest: readonly EndedSync[], now: number): Promise<Spread> {
  const failing = newest.filter(failed)
  if (failing.length === 0) return { causes: new Set(), subjects: [] }
  const { histories } = judge.store
  const { within_ms, users } = judge.settingsOf(null).sync_failed
  const since = now - within_ms - LONGEST_RUN_MS
  const groups = new Set(failing.map(causeOf).filter((cause) => cause.startsWith('group ')))
  const group_ids = failing
    .filter((sync) => groups.has(causeOf(sync)))
    .map(({ error_group_id }) => error_group_id)
    .filter((id) => id !== null)
  const types = failing
    .filter((sync) => !groups.has(causeOf(sync)))
    .map(({ error_type }) => error_type)
    .filter((type): type is SyncErrorType => type !== null)
  const alike = [
    ...(await histories.withErrors([...new Set(types)], since, SAMPLE)),
    ...(await histories.ofErrorGroups([...new Set(group_ids)], since, SAMPLE)),
  ].filter((sync) => failed(sync) && sync.ended_at > now - within_ms)
  await judge.hosts.learn(alike)
  const causes = new Set<string>()
  const subjects = new Map<string, SyncSubject>()
  for (const [key, syncs] of Map.groupBy(alike, (sync) => causeKey(judge, sync))) {
    if (new Set(syncs.map(({ user_id }) => user_id)).size < users) continue
    causes.add(key)
    for (const { user_id, sync_type } of syncs) {
      subjects.set(subjectMember({ user_id, sync_type }), { user_id, sync_type })
    }
  }
  return { causes, subjects: [...subjects.values()] }
}

const causeKey = ({ hosts }: SyncJudge, sync: EndedSync): string =>
  keyOf('sync_failed', hosts.of(sync), causeOf(sync))

interface HostFacts {
  /** Hosts of which a sync has just failed, and those that are known to be away. */
  readonly suspects: ReadonlySet<string | null>
  /** Members that are bad now. */
  readonly away: readonly JudgedMember[]
  readonly ended: readonly EndedSync[]
}

async function readHosts(judge: SyncJudge, newest: readonly EndedSync[], now: number): Promise<HostFacts> {
  const { store, hosts } = judge
  const { within_ms } = judge.settingsOf(null).canvas_unreachable
  const away = await store.incidents.listBadMembers(['canvas_unreachable'])
  const suspects = new Set(newest.filter(isUnreachable).map((sync) => hosts.of(sync)))
  for (const { member } of away) suspects.add(hostOfMember(member))
  if (suspects.size === 0) return { suspects, away, ended: [] }
  const ended = await store.histories.ended(now - within_ms - LONGEST_RUN_MS, SAMPLE)
  await hosts.learn(ended)
  return { suspects, away, ended }
}

function judgeHosts(
  { hosts, settingsOf }: SyncJudge,
  { suspects, away, ended }: HostFacts,
  { fresh, later }: { readonly fresh: ReadonlySet<number>; readonly later: ReadonlySet<number> },
  now: number,
): Judgement {
  const settings = settingsOf(null).canvas_unreachable
  const found: FoundIncident[] = []
  const judged: JudgedMember[] = []
  const known = ended.filter(({ id }) => !later.has(id))
  for (const [host, syncs] of Map.groupBy(known, (sync) => hosts.of(sync))) {
    if (!suspects.has(host)) continue
    const verdict = settings.enabled ? canvasUnreachable(syncs, settings, now) : 'good'
    if (verdict === 'good') judged.push(...away.filter(({ member }) => hostOfMember(member) === host))
    if (isFinding(verdict)) found.push(...whomItKeeps(host, verdict, syncs, fresh))
  }
  return { found, judged: judged.map(({ rule, member }) => ({ rule, member })) }
}

const hostMember = (host: string | null, { sync_type, user_id }: SyncSubject): string =>
  JSON.stringify(['host', host, sync_type, user_id])

const hostOfMember = (member: string): string | null => (JSON.parse(member) as [string, string | null])[1]

/** One member for each user and type that a host keeps from their data, so that all of them are counted and may see it. */
function whomItKeeps(
  host: string | null,
  verdict: Finding,
  syncs: readonly EndedSync[],
  fresh: ReadonlySet<number>,
): FoundIncident[] {
  const bad = new Set(verdict.sync_ids)
  const by_subject = Map.groupBy(
    syncs.filter(({ id }) => bad.has(id)),
    (sync) => hostMember(host, sync),
  )
  return [...by_subject].map(([member, of_member]) => {
    const sync_ids = of_member.map(({ id }) => id)
    const [first] = of_member
    const { user_id = null, sync_type = null, error_type = null } = first ?? {}
    const subject = incidentSubject({ host, user_id, sync_type, error_type })
    const own = { ...verdict, sync_ids, count: sync_ids.length, last_sync_id: Math.max(...sync_ids) }
    return foundOf('canvas_unreachable', own, { key: unreachableKey(host), member, subject }, fresh)
  })
}
