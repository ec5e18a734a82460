import type { Incident } from '../core/incident.ts'
import type { ClaimedBatch, Notice, OutboxRow, Settlement } from '../store/notifications.ts'

/** How an incident is told. `over_already`: its opening and its end in one. */
export type ToldAs = 'opening' | 'reminder' | 'recovery' | 'over_already'

export interface ToldIncident {
  readonly incident: Incident
  readonly as: ToldAs
}

/** What of a batch is told now. */
export interface ComposedBatch {
  readonly told: readonly ToldIncident[]
  readonly notices: Settlement['told']
  readonly withdrawn: readonly number[]
  readonly postponed: Settlement['postponed']
  /** Of the message that told their openings, when it was one for all. */
  readonly reference: string | null
}

/** How long an end waits before it is looked at again whether its opening was told. */
const LOOK_AGAIN_MS = 10_000

/**
 * Decides for each row that is due whether it is told: by what the channel knows of its incident, and how that is now.
 * What was muted meanwhile is not; an end is told once, and only to whom the opening was told, or in one with it.
 */
export function composeBatch(
  { rows, notices }: Pick<ClaimedBatch, 'rows' | 'notices'>,
  incidents: ReadonlyMap<number, Incident>,
  now: number,
): ComposedBatch {
  const known = new Map(notices.map((notice) => [notice.incident_id, notice]))
  const told: ToldIncident[] = []
  const after: Settlement['told'][number][] = []
  const withdrawn: number[] = []
  const postponed: Settlement['postponed'][number][] = []
  for (const [incident_id, about] of Map.groupBy(rows, (row) => row.incident_id ?? 0)) {
    const incident = incidents.get(incident_id)
    const notice = known.get(incident_id)
    const as = incident === undefined ? null : toldAs(incident, notice, about)
    const ids = about.map(({ id }) => id)
    if (as === 'later') postponed.push(...ids.map((id) => ({ id, due_at: now + LOOK_AGAIN_MS })))
    else if (as === null || incident === undefined) withdrawn.push(...ids)
    else {
      told.push({ incident, as })
      const is_over = incident.state === 'resolved'
      const repeat_ms = notice?.repeat_ms ?? 0
      const repeats = incident.state === 'open' && repeat_ms > 0
      const next_reminder_at = repeats ? now + repeat_ms : null
      after.push({ incident_id, state: is_over ? 'over' : 'told', next_reminder_at })
    }
  }
  const references = new Set(told.map(({ incident }) => known.get(incident.id)?.reference ?? null))
  const [reference = null] = references.size === 1 ? references : []
  return { told, notices: after, withdrawn, postponed, reference }
}

function toldAs(
  { state }: Incident,
  notice: Notice | undefined,
  rows: readonly OutboxRow[],
): ToldAs | 'later' | null {
  const has = (kind: OutboxRow['kind']): boolean => rows.some((row) => row.kind === kind)
  if (state === 'muted' || state === 'suppressed') return null
  if (state === 'resolved') {
    if (notice === undefined || notice.state === 'over') return null
    if (notice.state === 'told') return has('recovery') ? 'recovery' : has('incident') ? 'over_already' : null
    return has('incident') ? 'over_already' : 'later'
  }
  if (has('incident')) return 'opening'
  return has('reminder') && state === 'open' ? 'reminder' : null
}
