import type { IncidentFacts, IncidentSeverity } from '../../core/incident.ts'

/** What a rule has found: see `FoundIncident`. */
export interface Finding {
  readonly severity: IncidentSeverity
  readonly facts: IncidentFacts
  readonly began_at: number
  readonly last_good_at: number | null
  readonly count: number
  readonly last_sync_id: number | null
  /** Those that were bad, where it is about syncs. */
  readonly sync_ids: readonly number[]
}

/** `unknown`: neither bad enough to open an incident nor good enough to end one. */
export type Verdict = Finding | 'good' | 'unknown'

export const isFinding = (verdict: Verdict): verdict is Finding => typeof verdict !== 'string'
