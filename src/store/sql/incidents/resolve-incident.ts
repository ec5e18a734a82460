import type { IncidentChange, IncidentFacts } from '../../../core/incident.ts'
import type { SqlConnection } from '../sql-database.ts'
import { changeIncident } from './change-incident.ts'
import { INCIDENTS, IS_BAD, MEMBERS } from './incident-rows.ts'

export const BY_MONITOR = { actor_kind: 'monitor', actor_id: null, reason: null } as const

/**
 * Resolves an incident of which no member is bad; null when one is, or when it is resolved. Only the holder of
 * `INCIDENT_LOCK` may call it.
 *
 * @param why what is noted of it when it was not found good
 */
export async function resolveIfGood(
  connection: SqlConnection,
  id: number,
  now: number,
  why?: { readonly reason: string; readonly facts: IncidentFacts },
): Promise<IncidentChange | null> {
  const { query } = connection
  const bad = await query
    .selectFrom(MEMBERS)
    .select('member')
    .where('incident_id', '=', id)
    .where(IS_BAD)
    .limit(1)
    .executeTakeFirst()
  if (bad !== undefined) return null
  const row = await query.selectFrom(INCIDENTS).selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined || row.open_key === null) return null
  const note = { change: 'resolved', changed_at: now, ...BY_MONITOR, reason: why?.reason ?? null } as const
  const facts = { ...(JSON.parse(row.facts) as IncidentFacts), ...why?.facts }
  const becomes = { state: 'resolved', open_key: null, resolved_at: now } as const
  const known = why === undefined ? becomes : { ...becomes, facts: JSON.stringify(facts) }
  return (await changeIncident(connection, row, note, known)).change
}
