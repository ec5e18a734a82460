import type { FoundIncident } from '../../incidents.ts'
import type { SqlConnection } from '../sql-database.ts'

/** Values of one statement. */
const AT_ONCE = 500
/** What a person resolved and no sync shows anew is found again after this long. */
const RESPECT_MS = 24 * 3_600_000

/**
 * Without what was found in syncs that are gone: of a user who was erased while somebody looked, nothing may come back.
 * Only the holder of `INCIDENT_LOCK` may call it, which an erasure takes when the syncs are gone.
 */
export async function withEvidence(
  { query }: SqlConnection,
  found: readonly FoundIncident[],
): Promise<FoundIncident[]> {
  const ids = [...new Set(found.map(({ last_sync_id }) => last_sync_id).filter((id) => id !== null))]
  const there = new Set<number>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE)
    const rows = await query.selectFrom('canvas_sync_metrics').select('id').where('id', 'in', some).execute()
    for (const { id } of rows) there.add(id)
  }
  return found.filter(({ last_sync_id }) => last_sync_id === null || there.has(last_sync_id))
}

/** Whether there is more than what a person has resolved. */
export function isNews(found: readonly FoundIncident[], since_ms: number): boolean {
  const about_syncs = found.some(({ last_sync_id }) => last_sync_id !== null)
  return about_syncs ? found.some(({ added }) => added > 0) : since_ms >= RESPECT_MS
}
