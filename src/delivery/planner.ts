import type { Clock } from '../core/clock.ts'
import type { Incident } from '../core/incident.ts'
import type { IncidentStore } from '../store/incidents.ts'
import type { NotificationStore } from '../store/notifications.ts'
import type { DeliveryConfig } from './delivery-config.ts'
import { planChanges, planReminders } from './plan-changes.ts'

/** What delivery reads of incidents. */
export type ReadIncidents = Pick<IncidentStore, 'changesAfter' | 'find'>

export interface PlannerOptions {
  readonly incidents: ReadIncidents
  readonly notifications: NotificationStore
  readonly config: DeliveryConfig
  readonly clock: Clock
}

const CHANGES_AT_ONCE = 500
const REMINDERS_AT_ONCE = 200

/** Turns changes of incidents into rows of the outbox. Several servers may do it at once: each change is planned once. */
export class Planner {
  readonly #options: PlannerOptions

  constructor(options: PlannerOptions) {
    this.#options = options
  }

  /** Plans all that is there; returns how many notifications. */
  async run(): Promise<number> {
    return (await this.#planChanges()) + (await this.#planReminders()) + (await this.#passOn())
  }

  async #planChanges(): Promise<number> {
    const { incidents, notifications, config, clock } = this.#options
    for (let planned = 0; ;) {
      const after = await notifications.place()
      const changes = await incidents.changesAfter(after, CHANGES_AT_ONCE)
      const last = changes.at(-1)
      if (last === undefined) return planned
      const ids = [...new Set(changes.map(({ incident }) => incident.id))]
      const known = await notifications.notices(ids)
      const rows = planChanges(changes, known, config, clock.now())
      const step = { after, through: last.change.id, notifications: rows, reminders: [] }
      if (await notifications.plan(step)) planned += rows.length
    }
  }

  async #planReminders(): Promise<number> {
    const { notifications, clock, incidents } = this.#options
    const due = await notifications.dueReminders(clock.now(), REMINDERS_AT_ONCE)
    if (due.length === 0) return 0
    const found = await findIncidents(incidents, new Set(due.map(({ incident_id }) => incident_id)))
    const planned = planReminders(due, found, clock.now())
    const place = await notifications.place()
    await notifications.plan({ after: place, through: place, ...planned })
    return planned.notifications.length
  }

  /** What a channel could not tell for long, another one tells. */
  async #passOn(): Promise<number> {
    const { notifications, config, clock } = this.#options
    const fallbacks = new Map(config.channels.map(({ name, fallback }) => [name, fallback]))
    if ([...fallbacks.values()].every((fallback) => fallback === null)) return 0
    const now = clock.now()
    let passed = 0
    for (const { channel, failing_since } of await notifications.channels()) {
      const fallback = fallbacks.get(channel) ?? null
      if (fallback === null || failing_since === null) continue
      if (now - failing_since < config.fallback_after_ms) continue
      passed += await notifications.passOn(channel, fallback, now, CHANGES_AT_ONCE)
    }
    return passed
  }
}

export async function findIncidents(
  incidents: ReadIncidents,
  ids: ReadonlySet<number>,
): Promise<Map<number, Incident>> {
  const found = new Map<number, Incident>()
  for (const id of ids) {
    const one = await incidents.find(id)
    if (one !== null) found.set(id, one.incident)
  }
  return found
}
