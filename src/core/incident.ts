/** What can be wrong. Each has its rule in `src/incidents/rules`, its words in `incident-words.ts` and its runbook. */
export const INCIDENT_RULES = [
  'sync_failed',
  'sync_partial',
  'sync_lost',
  'sync_timed_out',
  'unexpected_empty',
  'volume',
  'duration',
  'missed',
  'late',
  'stale',
  'token_invalid',
  'token_expiring',
  'throttled',
  'canvas_unreachable',
  'log_loss',
  'disk',
  'cleanup_overdue',
  'notification_failing',
] as const
export type IncidentRule = (typeof INCIDENT_RULES)[number]

/** `critical`: data is wrong or will be soon, and somebody must act. `warning`: somebody should look today. */
export const INCIDENT_SEVERITIES = ['critical', 'warning', 'info'] as const
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number]

/** `suppressed`: a larger one explains it, and tells of it. `muted`: somebody said until when nobody wants to hear of it. */
export const INCIDENT_STATES = ['open', 'acknowledged', 'muted', 'suppressed', 'resolved'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

/** What it is about; what does not apply is null. */
export interface IncidentSubject {
  /** Canvas's host name. */
  readonly host: string | null
  readonly source_id: number | null
  readonly sync_type: string | null
  readonly user_id: string | null
  /** The slug of a schedule. */
  readonly schedule: string | null
  /** The name of a channel of notifications. */
  readonly channel: string | null
  readonly error_type: string | null
}

/** Numbers, times (epoch milliseconds) and closed words of the rule: what its sentences are made of. Nothing personal. */
export type IncidentFacts = Readonly<Record<string, number | string | boolean | null>>

/** One outage, however many syncs it touches. Times are epoch milliseconds. */
export interface Incident {
  readonly id: number
  readonly rule: IncidentRule
  /** Rule and subject in one text: of those with the same key at most one is not resolved. */
  readonly key: string
  readonly severity: IncidentSeverity
  readonly subject: IncidentSubject
  readonly facts: IncidentFacts
  /** When it went wrong: the start of the first bad sync, or the time that was missed. */
  readonly began_at: number
  /** When the rule found it. */
  readonly opened_at: number
  /** When it was last true. */
  readonly last_seen_at: number
  /** The end of the last sync of the subject that was good; null when there is none. */
  readonly last_good_at: number | null
  /** How many syncs (or missed times) it has touched, and of how many users. */
  readonly count: number
  readonly user_count: number
  readonly last_sync_id: number | null
  readonly state: IncidentState
  /** The larger incident that explains it. */
  readonly parent_id: number | null
  readonly acknowledged_at: number | null
  readonly acknowledged_by: string | null
  readonly muted_until: number | null
  readonly mute_reason: string | null
  readonly resolved_at: number | null
  /** Null: its rule found it good again. */
  readonly resolved_by: string | null
}

export const INCIDENT_CHANGES = [
  'opened',
  'worsened',
  'acknowledged',
  'muted',
  'unmuted',
  'suppressed',
  'released',
  'resolved',
  'reopened',
] as const
/** `worsened`: its severity rose. `released`: what explained it is over, and it is not. */
export type IncidentChangeKind = (typeof INCIDENT_CHANGES)[number]

/** A change of state: what delivery reads, and the history that people read. Ids go up. */
export interface IncidentChange {
  readonly id: number
  readonly incident_id: number
  readonly change: IncidentChangeKind
  readonly changed_at: number
  readonly severity: IncidentSeverity
  /** As in the audit log; `monitor` where a rule did it. */
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly reason: string | null
}
