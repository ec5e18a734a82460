import type { SqlConnection } from '../sql-database.ts'
import { IS_WAITING } from './waiting-rows.ts'

/** In one statement, for engines that take few parameters. */
const AT_ONCE = 500

/** What channels know of incidents that are deleted, and which messages told them. What waits to tell them is not sent. */
export async function forgetIncidents(
  { query }: SqlConnection,
  incident_ids: readonly number[],
): Promise<void> {
  for (let from = 0; from < incident_ids.length; from += AT_ONCE) {
    const ids = incident_ids.slice(from, from + AT_ONCE)
    await query.deleteFrom('canvas_sync_notices').where('incident_id', 'in', ids).execute()
    await query
      .updateTable('canvas_sync_notifications')
      .set({ state: 'withdrawn', batch_id: null, progress: null })
      .where('incident_id', 'in', ids)
      .where(IS_WAITING)
      .execute()
    await query
      .updateTable('canvas_sync_notifications')
      .set({ incident_id: null })
      .where('incident_id', 'in', ids)
      .execute()
  }
}
