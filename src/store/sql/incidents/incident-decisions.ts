import type { DecidedIncident, IncidentDecision } from '../../incidents.ts'
import type { SqlConnection } from '../sql-database.ts'
import { changeIncident } from './change-incident.ts'
import { INCIDENT_LOCK, incidentOfRow, INCIDENTS, MEMBERS, type IncidentRow } from './incident-rows.ts'

/** See `IncidentStore.decide`; inside of a transaction. */
export async function decideIncident(
  connection: SqlConnection,
  decision: IncidentDecision,
): Promise<DecidedIncident | null> {
  await connection.lock(INCIDENT_LOCK)
  const { query } = connection
  const row = await query.selectFrom(INCIDENTS).selectAll().where('id', '=', decision.id).executeTakeFirst()
  if (row === undefined) return null
  const becomes = row.open_key === null ? null : BECOMES[decision.decision](row, decision)
  if (becomes === null) return { incident: incidentOfRow(row), changed: false }
  const { decided_at, reason, audit } = decision
  const { actor_kind, actor_id } = audit
  const note = { change: decision.decision, changed_at: decided_at, actor_kind, actor_id, reason }
  const changed = await changeIncident(connection, row, note, becomes)
  if (decision.decision === 'resolved') {
    await query.updateTable(MEMBERS).set({ bad: 0 }).where('incident_id', '=', row.id).execute()
  }
  await query.insertInto('canvas_sync_audit').values(audit).execute()
  return { incident: incidentOfRow(changed.row), changed: true }
}

type Becomes = (row: IncidentRow, decision: IncidentDecision) => Partial<IncidentRow> | null

const who = ({ audit }: IncidentDecision): string => audit.actor_id ?? audit.actor_kind

/** What an open incident becomes; null when it is so already. */
const BECOMES: Readonly<Record<IncidentDecision['decision'], Becomes>> = {
  acknowledged: (row, decision) => {
    if (row.acknowledged_at !== null) return null
    const known = { acknowledged_at: decision.decided_at, acknowledged_by: who(decision) }
    return row.state === 'open' ? { ...known, state: 'acknowledged' } : known
  },
  muted: (row, { muted_until, reason }) =>
    row.state === 'muted' && row.muted_until === muted_until && row.mute_reason === reason
      ? null
      : { state: 'muted', muted_until, mute_reason: reason },
  unmuted: (row) =>
    row.state === 'muted'
      ? {
          state: row.acknowledged_at === null ? 'open' : 'acknowledged',
          muted_until: null,
          mute_reason: null,
        }
      : null,
  resolved: (_, decision) => ({
    state: 'resolved',
    open_key: null,
    resolved_at: decision.decided_at,
    resolved_by: who(decision),
  }),
}
