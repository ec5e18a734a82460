import { isoTime } from '../../../src/core/iso-time.ts'
import type { Incident } from '../../../src/core/incident.ts'
import type { ComposeReport } from '../../../src/delivery/compose-report.ts'
import type { ReadIncidents } from '../../../src/delivery/planner.ts'
import type { NewNotification } from '../../../src/store/notifications.ts'
import type { Received } from './http-stand-in.ts'
import { incidentOf } from './fake-incidents.ts'
import { messageOf } from './letters.ts'

/** Any incident, open; nobody changes it. */
export const anyIncidents: ReadIncidents = {
  changesAfter: () => Promise.resolve([]),
  find: (id): Promise<{ incident: Incident; history: [] }> =>
    Promise.resolve({ incident: incidentOf(id, Date.now()), history: [] }),
}

/** Each says its number in its title. */
export const composeNumbered: ComposeReport = ({ report_id }) =>
  Promise.resolve(
    messageOf({ kind: 'report', title: `report ${report_id}`, data: { at: isoTime(Date.now()) } }),
  )

export function reports(channel: string, from: number, count: number): NewNotification[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, index) => ({
    dedup_key: `report ${from + index}`,
    channel,
    kind: 'report',
    incident_id: null,
    report_id: from + index,
    reader: null,
    created_at: now,
    due_at: now,
    expires_at: now + 86_400_000,
    group: null,
    repeat_ms: null,
  }))
}

/** What arrived, and how often. */
export function countTold(received: readonly Received[]): {
  readonly letters: Map<string, number>
  readonly told: Map<string, number>
} {
  const letters = new Map<string, number>()
  const told = new Map<string, number>()
  const add = (counts: Map<string, number>, key: string): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const { body } of received) {
    const { id, title, data } = JSON.parse(body) as {
      id: string
      title: string
      data: { incidents?: { id: number }[] }
    }
    add(letters, id)
    if (data.incidents === undefined) add(told, title)
    else for (const incident of data.incidents) add(told, `incident ${incident.id}`)
  }
  return { letters, told }
}
