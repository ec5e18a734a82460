import { sql, type RawBuilder, type Selectable } from 'kysely'
import {
  INCIDENT_SEVERITIES,
  type Incident,
  type IncidentFacts,
  type IncidentSeverity,
  type IncidentState,
  type IncidentSubject,
} from '../../../core/incident.ts'
import type { IncidentsTable } from '../tables.ts'

export const INCIDENTS = 'canvas_sync_incidents'
export const MEMBERS = 'canvas_sync_incident_members'
export const CHANGES = 'canvas_sync_incident_changes'

/** Of members; written out, because a parameter enters no partial index. */
export const IS_BAD: RawBuilder<boolean> = sql<boolean>`bad = 1`

/** Whoever writes incidents holds it, so that the ids of changes become visible in their order. */
export const INCIDENT_LOCK = 'canvas_sync_incidents'

/** Whatever is not resolved: few of all that ever were, and found along the index of the states. */
export const OPEN_STATES: readonly IncidentState[] = ['open', 'acknowledged', 'muted', 'suppressed']

export const SUBJECT_FIELDS: readonly (keyof IncidentSubject)[] = [
  'host',
  'source_id',
  'sync_type',
  'user_id',
  'schedule',
  'channel',
  'error_type',
]

export type IncidentRow = Selectable<IncidentsTable>

export function incidentOfRow(row: IncidentRow): Incident {
  return {
    id: row.id,
    rule: row.rule,
    key: row.incident_key,
    severity: row.severity,
    subject: subjectOf(row),
    facts: JSON.parse(row.facts) as IncidentFacts,
    began_at: row.began_at,
    opened_at: row.opened_at,
    last_seen_at: row.last_seen_at,
    last_good_at: row.last_good_at,
    count: row.sync_count,
    user_count: row.user_count,
    last_sync_id: row.last_sync_id,
    state: row.state,
    parent_id: row.parent_id,
    acknowledged_at: row.acknowledged_at,
    acknowledged_by: row.acknowledged_by,
    muted_until: row.muted_until,
    mute_reason: row.mute_reason,
    resolved_at: row.resolved_at,
    resolved_by: row.resolved_by,
  }
}

export function subjectOf(row: IncidentSubject): IncidentSubject {
  const { host, source_id, sync_type, user_id, schedule, channel, error_type } = row
  return { host, source_id, sync_type, user_id, schedule, channel, error_type }
}

export const isMuted = ({ muted_until }: IncidentRow, now: number): boolean => (muted_until ?? 0) > now

/** The worst of them. */
export function worst(severities: readonly IncidentSeverity[]): IncidentSeverity {
  return INCIDENT_SEVERITIES.find((severity) => severities.includes(severity)) ?? 'info'
}

/** What all of them have in common. */
export function commonSubject(subjects: readonly IncidentSubject[]): IncidentSubject {
  const common: Record<string, string | number | null> = {}
  for (const field of SUBJECT_FIELDS) {
    const [first = null, ...others] = subjects.map((subject) => subject[field])
    common[field] = others.every((value) => value === first) ? first : null
  }
  return common as unknown as IncidentSubject
}

/** Null of none. */
export function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
}
