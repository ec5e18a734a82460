import type { Clock } from '../../../src/core/clock.ts'
import type { Incident, IncidentChangeKind } from '../../../src/core/incident.ts'
import type { ReadIncidents } from '../../../src/delivery/planner.ts'
import type { IncidentText } from '../../../src/delivery/incident-message.ts'
import type { ToldChange } from '../../../src/store/incidents.ts'

const NOBODY = {
  host: null,
  source_id: null,
  sync_type: null,
  user_id: null,
  schedule: null,
  channel: null,
  error_type: null,
}

export function incidentOf(id: number, now: number, given: Partial<Incident> = {}): Incident {
  return {
    id,
    rule: 'sync_failed',
    key: `key-${id}`,
    severity: 'critical',
    subject: { ...NOBODY, host: 'canvas.example.edu', sync_type: 'grades', user_id: '42' },
    facts: {},
    began_at: now - 60_000,
    opened_at: now,
    last_seen_at: now,
    last_good_at: now - 3_600_000,
    count: 3,
    user_count: 1,
    last_sync_id: 17,
    state: 'open',
    parent_id: null,
    acknowledged_at: null,
    acknowledged_by: null,
    muted_until: null,
    mute_reason: null,
    resolved_at: null,
    resolved_by: null,
    ...given,
  }
}

/** Changes of incidents as a test makes them up. */
export class FakeIncidents implements ReadIncidents {
  readonly #clock: Clock
  readonly #incidents = new Map<number, Incident>()
  readonly #changes: ToldChange['change'][] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new one; its id. */
  open(given: Partial<Incident> = {}): number {
    const id = this.#incidents.size + 1
    this.#incidents.set(id, incidentOf(id, this.#clock.now(), given))
    this.#note(id, 'opened')
    return id
  }

  change(id: number, change: IncidentChangeKind, given: Partial<Incident> = {}): void {
    const before = this.#incidents.get(id)
    if (before === undefined) throw new Error(`there is no incident ${id}`)
    this.#incidents.set(id, { ...before, ...given })
    this.#note(id, change)
  }

  resolve(id: number): void {
    this.change(id, 'resolved', { state: 'resolved', resolved_at: this.#clock.now() })
  }

  changesAfter(after: number, limit: number): Promise<ToldChange[]> {
    return Promise.resolve(
      this.#changes
        .slice(after, after + limit)
        .map((change) => ({ change, incident: this.#incidents.get(change.incident_id) as Incident })),
    )
  }

  find(id: number): Promise<{ incident: Incident; history: [] } | null> {
    const incident = this.#incidents.get(id)
    return Promise.resolve(incident === undefined ? null : { incident, history: [] })
  }

  #note(incident_id: number, change: IncidentChangeKind): void {
    const { severity } = this.#incidents.get(incident_id) as Incident
    const id = this.#changes.length + 1
    const by = { actor_kind: 'monitor', actor_id: null, reason: null }
    this.#changes.push({ id, incident_id, change, changed_at: this.#clock.now(), severity, ...by })
  }
}

export const testWords = ({ id, rule, subject }: Incident): IncidentText => ({
  title: `${rule} no ${id}`,
  whose: `User ${subject.user_id ?? 'all'}`,
  cause: 'Canvas does not answer.',
  next_step: 'Look at the status page of Canvas.',
})
