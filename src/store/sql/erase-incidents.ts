import type { SqlConnection } from './sql-database.ts'
import { CHANGES, INCIDENT_LOCK, INCIDENTS, MEMBERS } from './incidents/incident-rows.ts'
import { forgetIncidents } from './notifications/forget-incidents.ts'
import { resolveIfGood } from './incidents/resolve-incident.ts'

/**
 * Incidents that are about this user alone go; of those that touch others too, the user's part goes, and what people
 * wrote that names the user.
 *
 * @param naming finds the user in a text
 */
export async function eraseIncidents(
  connection: SqlConnection,
  user_id: string,
  { naming, erased, at }: { readonly naming: RegExp; readonly erased: string; readonly at: number },
): Promise<void> {
  await connection.lock(INCIDENT_LOCK)
  const { query } = connection
  const gone = await query.deleteFrom(INCIDENTS).where('user_id', '=', user_id).returning('id').execute()
  await forgetIncidents(
    connection,
    gone.map(({ id }) => id),
  )
  const touched = await query
    .deleteFrom(MEMBERS)
    .where('user_id', '=', user_id)
    .returning('incident_id')
    .execute()
  for (const id of new Set(touched.map(({ incident_id }) => incident_id))) {
    // Nobody would ever find it good again.
    await resolveIfGood(connection, id, at)
  }
  const reasons = await query
    .selectFrom(CHANGES)
    .select(['id', 'reason'])
    .where('reason', 'is not', null)
    .execute()
  for (const { id, reason } of reasons) {
    if (!naming.test(reason ?? '')) continue
    await query.updateTable(CHANGES).set({ reason: erased }).where('id', '=', id).execute()
  }
  const muted = await query
    .selectFrom(INCIDENTS)
    .select(['id', 'mute_reason'])
    .where('mute_reason', 'is not', null)
    .execute()
  for (const { id, mute_reason } of muted) {
    if (!naming.test(mute_reason ?? '')) continue
    await query.updateTable(INCIDENTS).set({ mute_reason: erased }).where('id', '=', id).execute()
  }
}
