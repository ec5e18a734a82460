import type { FoundIncident, JudgedMember } from '../store/incidents.ts'
import type { SourceFreshness } from '../store/sync-histories.ts'
import { hostOf } from './canvas-hosts.ts'
import { incidentSubject, keyOf, tokenMember, tokenOf, unreachableKey } from './incident-keys.ts'
import { foundOf, judgeToken, type Judgement } from './judge-subject.ts'
import type { RuleSettings } from './rule-settings.ts'
import {
  cleanupOverdue,
  disk,
  notificationFailing,
  stale,
  type DiskSpace,
  type FailingChannel,
} from './rules/upkeep.ts'
import { isFinding, type Verdict } from './rules/verdict.ts'

const NOBODY: ReadonlySet<number> = new Set()

type Grouping = Omit<Parameters<typeof foundOf>[2], 'member'>

class Said {
  readonly found: FoundIncident[] = []
  readonly judged: JudgedMember[] = []

  add(rule: FoundIncident['rule'], member: string, verdict: Verdict, grouping: Grouping): void {
    if (verdict === 'unknown') return
    this.judged.push({ rule, member })
    if (isFinding(verdict)) this.found.push(foundOf(rule, verdict, { ...grouping, member }, NOBODY))
  }
}

/** Sources whose data is older than was promised: one incident for each host. */
export function judgeFreshness(
  sources: readonly SourceFreshness[],
  settings: RuleSettings,
  target_ms: number,
  now: number,
): Judgement {
  const said = new Said()
  for (const source of sources) {
    const host = hostOf(source.base_url)
    const verdict = settings.stale.enabled ? stale(source, settings.stale, target_ms, now) : 'good'
    const [user_id = null] = source.user_ids.length === 1 ? source.user_ids : []
    said.add('stale', JSON.stringify(['source', source.source_id]), verdict, {
      key: keyOf('stale', host),
      parent_key: unreachableKey(host),
      subject: incidentSubject({ host, source_id: source.source_id, user_id }),
    })
  }
  return said
}

/**
 * Tokens whose end is written down in the configuration.
 *
 * @param bad the members that are bad now: nothing is expected of one that is written down no longer, and what is written
 *   down stands over what syncs tell
 */
export function judgeTokens(
  tokens: Readonly<Record<string, number>>,
  bad: readonly JudgedMember[],
  settings: RuleSettings,
  now: number,
): Judgement {
  const said = new Said()
  for (const [user_id, expires_at] of Object.entries(tokens)) {
    const { found, judged } = judgeToken(tokenMember(user_id, true), expires_at, settings, now)
    said.found.push(...found)
    said.judged.push(...judged)
  }
  for (const { rule, member } of bad) {
    const { user_id, written } = tokenOf(member)
    if (written !== Object.hasOwn(tokens, user_id)) said.judged.push({ rule, member })
  }
  return said
}

export interface NamedChannel extends FailingChannel {
  readonly channel: string
}

/** @param bad the members that are bad now: of a channel that is gone nothing is expected */
export function judgeChannels(
  channels: readonly NamedChannel[],
  bad: readonly JudgedMember[],
  settings: RuleSettings,
  now: number,
): Judgement {
  const said = new Said()
  const { notification_failing } = settings
  for (const state of channels) {
    const { channel } = state
    const verdict = notification_failing.enabled
      ? notificationFailing(state, notification_failing, now)
      : 'good'
    said.add('notification_failing', JSON.stringify(['channel', channel]), verdict, {
      key: keyOf('notification_failing', channel),
      subject: incidentSubject({ channel }),
    })
  }
  const there = new Set(channels.map(({ channel }) => JSON.stringify(['channel', channel])))
  for (const { rule, member } of bad) if (!there.has(member)) said.judged.push({ rule, member })
  return said
}

/** A disk of one machine, and what of ours lies on it. */
export interface OwnDisk extends DiskSpace {
  readonly holds: 'database' | 'logs' | 'database_and_logs'
}

export function judgeDisks(
  machine: string,
  disks: readonly OwnDisk[],
  settings: RuleSettings,
  now: number,
): Judgement {
  const said = new Said()
  for (const { holds, ...space } of disks) {
    const verdict = settings.disk.enabled ? disk(space, settings.disk, now) : 'good'
    said.add('disk', JSON.stringify(['disk', machine, holds]), verdict, {
      key: keyOf('disk', machine, holds),
      subject: incidentSubject({}),
      facts: { machine, holds },
    })
  }
  return said
}

/** What is to run every night: the clean-up of the logs of one machine, or the one of the database. */
export interface NightlyJob {
  readonly job: 'log_cleanup' | 'prune'
  /** Null for what all servers do together. */
  readonly machine: string | null
  /** When it last ran to its end, or since when it could have; null for one that is switched off or unknown. */
  readonly done_at: number | null
}

export function judgeNightlyJobs(
  jobs: readonly NightlyJob[],
  settings: RuleSettings,
  now: number,
): Judgement {
  const said = new Said()
  const { cleanup_overdue } = settings
  for (const { job, machine, done_at } of jobs) {
    const verdict = cleanup_overdue.enabled ? cleanupOverdue(done_at, cleanup_overdue, now) : 'good'
    said.add('cleanup_overdue', JSON.stringify(['job', job, machine]), verdict, {
      key: keyOf('cleanup_overdue', job, machine),
      subject: incidentSubject({}),
      facts: { job, machine },
    })
  }
  return said
}
