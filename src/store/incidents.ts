import type {
  Incident,
  IncidentChange,
  IncidentFacts,
  IncidentRule,
  IncidentSeverity,
  IncidentState,
  IncidentSubject,
} from '../core/incident.ts'
import type { AuditEntry } from './access-store.ts'

/** What a rule has found wrong with one member of an incident: the syncs of one type of one user, a source, a schedule. */
export interface FoundIncident {
  readonly rule: IncidentRule
  /** Rule and what it is grouped by: members with the same key are one incident. */
  readonly key: string
  readonly member: string
  readonly severity: IncidentSeverity
  /** Of this member; what its members do not have in common is null in the incident. */
  readonly subject: IncidentSubject
  readonly facts: IncidentFacts
  readonly began_at: number
  readonly last_good_at: number | null
  /** How many syncs (or missed times) of the member it touches, as far as the rule looked back. */
  readonly count: number
  /** Those of them that no look has counted before. */
  readonly added: number
  readonly last_sync_id: number | null
  /** The key of the larger incident that explains it, when there is one. */
  readonly parent_key: string | null
}

/** A member that a rule could judge; where it is not found bad, it is good. */
export interface JudgedMember {
  readonly rule: IncidentRule
  readonly member: string
}

/** How far the changes of syncs were judged: a settlement from another place than the one kept does nothing. */
export interface JudgedPlace {
  readonly name: string
  /** Null when there was none. */
  readonly from: number | null
  readonly to: number
}

export interface IncidentQuery {
  readonly states?: readonly IncidentState[]
  readonly rules?: readonly IncidentRule[]
  readonly severities?: readonly IncidentSeverity[]
  /** Only those that touch these users; counts are of their syncs alone. */
  readonly user_ids?: readonly string[]
  readonly sync_type?: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly limit: number
  /** The id of the last one of the page before: newest first. */
  readonly after_id?: number | null
}

export interface IncidentPage {
  readonly incidents: readonly Incident[]
  /** Null at the end. */
  readonly next_id: number | null
  /** How many there are of each state, whatever states are asked for; `resolved` only of the last 30 days. */
  readonly states: Readonly<Record<IncidentState, number>>
}

export interface IncidentDecision {
  readonly id: number
  readonly decision: 'acknowledged' | 'muted' | 'unmuted' | 'resolved'
  readonly decided_at: number
  /** Of `muted`, epoch milliseconds. */
  readonly muted_until: number | null
  readonly reason: string | null
  readonly audit: AuditEntry
}

export interface DecidedIncident {
  readonly incident: Incident
  /** False when it was so already, or is resolved: then nothing is written. */
  readonly changed: boolean
}

export interface BadMember extends JudgedMember {
  readonly incident_id: number
  readonly user_id: string | null
}

export interface ToldChange {
  readonly change: IncidentChange
  /** As it is now. */
  readonly incident: Incident
}

/**
 * What is wrong now and what was. Every change of state is a row, written in the transaction of the change, so that
 * whoever reads changes in the order of their ids misses none.
 */
export interface IncidentStore {
  /**
   * Opens what is found and not open, brings up to date what is open, and resolves an open incident when the last of its
   * members was judged and is not found bad. What was resolved a short time ago is opened again instead of anew; what a
   * person resolved, only by a newer sync. What a larger open incident explains is suppressed. Several servers may do it
   * at once: of one key at most one incident is open. With a place, what was found in syncs that are gone is not. Returns the changes that this made; null when the place is not the
   * one kept, and then nothing was done.
   */
  settle(
    found: readonly FoundIncident[],
    judged: readonly JudgedMember[],
    now: number,
    place?: JudgedPlace,
  ): Promise<IncidentChange[] | null>
  /**
   * Of what nobody has found bad since a time, nobody will hear any more: it makes an incident no longer, and the last of
   * its members resolves it, with the reason. At most `limit` members; returns the changes.
   */
  forgetSilent(seen_before: number, now: number, limit: number): Promise<IncidentChange[]>
  /** How far the changes of syncs were judged, and when; null before the first time. */
  place(name: string): Promise<{ place: number; judged_at: number } | null>
  /** Those that are not resolved, of these rules; all rules when left out. */
  listOpen(rules?: readonly IncidentRule[]): Promise<Incident[]>
  /** Critical ones that are open or acknowledged. */
  countCritical(): Promise<number>
  /** The members of open incidents of these rules that are bad: whose they are, and how they are called. */
  listBadMembers(rules: readonly IncidentRule[]): Promise<BadMember[]>
  list(query: IncidentQuery): Promise<IncidentPage>
  /** Null when there is none, or none of these users. */
  find(
    id: number,
    user_ids?: readonly string[],
  ): Promise<{ incident: Incident; history: IncidentChange[] } | null>
  /** What is resolved stays as it is, and what is so already. Null when there is none. */
  decide(decision: IncidentDecision): Promise<DecidedIncident | null>
  /** In the order of their ids, committed ones only: none with a smaller id appears later. */
  changesAfter(id: number, limit: number): Promise<ToldChange[]>
  /** Deletes resolved ones that were resolved before a time, at most `limit`; returns how many. */
  removeResolved(before: number, limit: number): Promise<number>
}
