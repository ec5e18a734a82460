import type { SyncMetadata } from '../../../src/core/sync-record.ts'
import type { Store } from '../../../src/store/store.ts'
import { syncFinish, syncStart } from '../../support/sync-factory.ts'

/** Starts and ends a sync: two changes. */
export async function runOne(
  { syncs }: Store,
  task_id: string,
  sync_metadata: SyncMetadata | null = null,
): Promise<number> {
  const id = await syncs.startSync(syncStart(task_id, { sync_metadata }))
  await syncs.finishSync(id, syncFinish({ sync_metadata }))
  return id
}
