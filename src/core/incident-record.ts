import type {
  Incident,
  IncidentChange,
  IncidentChangeKind,
  IncidentRule,
  IncidentSeverity,
  IncidentState,
} from './incident.ts'
import { incidentWords } from './incident-words.ts'
import { isoTime } from './iso-time.ts'
import { emitUserId } from './user-id.ts'

/** What it is about; what does not apply, or differs among what it touches, is null. */
export interface IncidentSubjectRecord {
  readonly host: string | null
  readonly source_id: number | null
  readonly sync_type: string | null
  readonly user_id: string | number | null
  readonly schedule: string | null
  readonly channel: string | null
  readonly error_type: string | null
}

/** In words: what broke, whose data, why, and what to do. */
export interface IncidentWordsRecord {
  readonly title: string
  readonly whose: string
  readonly cause: string | null
  readonly next_step: string
}

export interface IncidentRecord {
  readonly id: number
  readonly rule: IncidentRule
  readonly severity: IncidentSeverity
  readonly state: IncidentState
  readonly subject: IncidentSubjectRecord
  readonly words: IncidentWordsRecord
  readonly facts: Readonly<Record<string, number | string | boolean | null>>
  readonly began_at: string
  readonly opened_at: string
  readonly last_seen_at: string
  readonly last_good_at: string | null
  /** Syncs, missed times or lists that it touched. */
  readonly count: number
  readonly user_count: number
  readonly last_sync_id: number | null
  /** The larger incident that explains it. */
  readonly parent_id: number | null
  readonly acknowledged_at: string | null
  readonly acknowledged_by: string | null
  readonly muted_until: string | null
  readonly mute_reason: string | null
  readonly resolved_at: string | null
  /** Null: its rule found it good again. */
  readonly resolved_by: string | null
}

export interface IncidentChangeRecord {
  readonly id: number
  readonly change: IncidentChangeKind
  readonly changed_at: string
  readonly severity: IncidentSeverity
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly reason: string | null
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at))

/** Times in its sentences are in UTC, as all times of the API. */
export function toIncidentRecord(incident: Incident): IncidentRecord {
  const { subject, key: _, ...rest } = incident
  const { title, whose, cause, next_step } = incidentWords(incident, utcText)
  return {
    ...rest,
    subject: { ...subject, user_id: emitUserId(subject.user_id) },
    words: { title, whose, cause, next_step },
    began_at: isoTime(incident.began_at),
    opened_at: isoTime(incident.opened_at),
    last_seen_at: isoTime(incident.last_seen_at),
    last_good_at: isoOrNull(incident.last_good_at),
    acknowledged_at: isoOrNull(incident.acknowledged_at),
    muted_until: isoOrNull(incident.muted_until),
    resolved_at: isoOrNull(incident.resolved_at),
  }
}

const utcText = (at_ms: number): string => `${isoTime(at_ms).slice(0, 16).replace('T', ' ')} UTC`

export function toChangeRecord(change: IncidentChange): IncidentChangeRecord {
  const { incident_id: _, ...rest } = change
  return { ...rest, changed_at: isoTime(change.changed_at) }
}
