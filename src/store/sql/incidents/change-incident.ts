import type { IncidentChange, IncidentChangeKind } from '../../../core/incident.ts'
import type { SqlConnection } from '../sql-database.ts'
import { CHANGES, INCIDENTS, type IncidentRow } from './incident-rows.ts'

export interface ChangeNote {
  readonly change: IncidentChangeKind
  readonly changed_at: number
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly reason: string | null
}

/** Writes a change of state and what tells of it. Only the holder of `INCIDENT_LOCK` may call it. */
export async function changeIncident(
  { query }: SqlConnection,
  row: IncidentRow,
  note: ChangeNote,
  becomes: Partial<IncidentRow>,
): Promise<{ row: IncidentRow; change: IncidentChange }> {
  const changed = { ...row, ...becomes }
  if (Object.keys(becomes).length > 0) {
    await query.updateTable(INCIDENTS).set(becomes).where('id', '=', row.id).execute()
  }
  const told = { ...note, incident_id: row.id, severity: changed.severity }
  const { id } = await query.insertInto(CHANGES).values(told).returning('id').executeTakeFirstOrThrow()
  return { row: changed, change: { id, ...told } }
}
