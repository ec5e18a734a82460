import type { IncidentChange } from '../../../core/incident.ts'
import type { SqlConnection } from '../sql-database.ts'
import { INCIDENT_LOCK, IS_BAD, MEMBERS } from './incident-rows.ts'
import { resolveIfGood } from './resolve-incident.ts'

const DAY_MS = 86_400_000

/** See `IncidentStore.forgetSilent`; inside of a transaction. */
export async function forgetSilent(
  connection: SqlConnection,
  seen_before: number,
  now: number,
  limit: number,
): Promise<IncidentChange[]> {
  await connection.lock(INCIDENT_LOCK)
  const { query } = connection
  const silent = await query
    .selectFrom(MEMBERS)
    .select(['incident_id', 'member'])
    .where(IS_BAD)
    .where('seen_at', '<', seen_before)
    .orderBy('seen_at')
    .limit(limit)
    .execute()
  for (const { incident_id, member } of silent) {
    await query
      .updateTable(MEMBERS)
      .set({ bad: 0 })
      .where('incident_id', '=', incident_id)
      .where('member', '=', member)
      .execute()
  }
  const days = Math.max(1, Math.round((now - seen_before) / DAY_MS))
  const reason = `Nothing was heard of it for ${days} ${days === 1 ? 'day' : 'days'}.`
  const changes: IncidentChange[] = []
  for (const id of new Set(silent.map(({ incident_id }) => incident_id))) {
    const resolved = await resolveIfGood(connection, id, now, { reason, facts: { silent_days: days } })
    if (resolved !== null) changes.push(resolved)
  }
  return changes
}
