import type { IncidentChangeRecord, IncidentRecord } from '../../../src/core/incident-record.ts'
import { incidentWords, type IncidentText } from '../../../src/core/incident-words.ts'
import type { Incident, IncidentChangeKind, IncidentRule } from '../../../src/core/incident.ts'
import { dateText } from '../parts/date-text.ts'
import { countText } from '../parts/number-text.ts'
import { SEVERITY_WORDS } from './incident-rule-words.ts'

/** What is said of an incident, with its times in a zone: the API's own sentences have them in UTC. */
export function wordsIn(record: IncidentRecord, zone: string): IncidentText {
  const { words: _, subject, ...rest } = record
  const user_id = subject.user_id === null ? null : String(subject.user_id)
  const time = (at: string | null): number | null => (at === null ? null : Date.parse(at))
  const incident: Incident = {
    ...rest,
    key: '',
    subject: { ...subject, user_id },
    began_at: Date.parse(record.began_at),
    opened_at: Date.parse(record.opened_at),
    last_seen_at: Date.parse(record.last_seen_at),
    last_good_at: time(record.last_good_at),
    acknowledged_at: time(record.acknowledged_at),
    muted_until: time(record.muted_until),
    resolved_at: time(record.resolved_at),
  }
  return incidentWords(incident, (at_ms) => dateText(at_ms, zone, 'minute'))
}

/** What an incident counts; of the others its number says nothing to people. */
const COUNTED: Partial<Readonly<Record<IncidentRule, readonly [one: string, many: string]>>> = {
  sync_failed: ['sync', 'syncs'],
  sync_partial: ['sync', 'syncs'],
  sync_lost: ['sync', 'syncs'],
  sync_timed_out: ['sync', 'syncs'],
  unexpected_empty: ['sync', 'syncs'],
  volume: ['sync', 'syncs'],
  duration: ['sync', 'syncs'],
  throttled: ['sync', 'syncs'],
  token_invalid: ['sync', 'syncs'],
  canvas_unreachable: ['sync', 'syncs'],
  missed: ['missed time', 'missed times'],
  late: ['late start', 'late starts'],
  stale: ['list', 'lists'],
  notification_failing: ['failed attempt', 'failed attempts'],
}

/** `12 syncs`; null where there is nothing to count. */
export function countedText({ rule, count }: Pick<IncidentRecord, 'rule' | 'count'>): string | null {
  const words = COUNTED[rule]
  return words === undefined ? null : `${countText(count)} ${count === 1 ? words[0] : words[1]}`
}

/** `3 users`; null where it is about none in particular. */
export function usersText({ user_count }: Pick<IncidentRecord, 'user_count'>): string | null {
  return user_count === 0 ? null : `${countText(user_count)} ${user_count === 1 ? 'user' : 'users'}`
}

const CHANGE_WORDS: Readonly<Record<IncidentChangeKind, string>> = {
  opened: 'Opened',
  worsened: 'Grew worse',
  acknowledged: 'Acknowledged',
  muted: 'Muted',
  unmuted: 'Muting ended',
  suppressed: 'Explained by a larger incident',
  released: 'Goes on without the larger incident',
  resolved: 'Resolved',
  reopened: 'Opened again',
}

const isMonitors = ({ actor_kind }: Pick<IncidentChangeRecord, 'actor_kind'>): boolean =>
  actor_kind === 'monitor'

/** What happened: `Opened as a warning`, `Recovered`. */
export function changeText(
  change: Pick<IncidentChangeRecord, 'change' | 'severity' | 'actor_kind' | 'reason'>,
): string {
  const severity = SEVERITY_WORDS[change.severity].toLowerCase()
  if (change.change === 'resolved' && isMonitors(change) && change.reason === null) return 'Recovered'
  if (change.change === 'opened' || change.change === 'reopened') {
    return `${CHANGE_WORDS[change.change]}, ${severity}`
  }
  return change.change === 'worsened' ? `Grew worse: ${severity} now` : CHANGE_WORDS[change.change]
}

/** Who it was. */
export function byText({
  actor_kind,
  actor_id,
}: Pick<IncidentChangeRecord, 'actor_kind' | 'actor_id'>): string {
  if (isMonitors({ actor_kind })) return 'by the monitor'
  if (actor_id !== null) return `by the token ${actor_id}`
  return actor_kind === 'loopback' ? 'by somebody on the server itself' : `by ${actor_kind}`
}

const OF_SYNCS: ReadonlySet<IncidentRule> = new Set([
  'sync_failed',
  'sync_partial',
  'sync_lost',
  'sync_timed_out',
  'unexpected_empty',
  'volume',
  'duration',
  'throttled',
  'token_invalid',
  'canvas_unreachable',
])

/** Where the syncs are listed that it is about; null where it is about none. */
export function syncsAddress({ rule, subject, began_at }: IncidentRecord): string | null {
  if (!OF_SYNCS.has(rule)) return null
  const { sync_type, user_id, source_id, error_type } = subject
  const found = Object.entries({
    type: sync_type,
    user_id,
    source_id,
    error_type,
    since: began_at,
  }).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
  return `/syncs?${new URLSearchParams(found).toString()}`
}
