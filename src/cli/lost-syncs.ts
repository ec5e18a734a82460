import { systemClock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import { openFileLogWriter } from '../logs/writing/file-log-writer.ts'
import type { Store } from '../store/store.ts'
import { LostSyncWatch } from '../tracker/lost-sync-watch.ts'

/**
 * Finds the syncs whose process is gone before anything is told of them: a killed one must not be shown as
 * running. One of another host is found by a server only, which has watched it for a while. Where the log folder cannot be written only the line about it is missing.
 */
export async function lookForLostSyncs(store: Store, log_dir: string): Promise<number[]> {
  try {
    await using logs = openFileLogWriter({ directory: log_dir })
    return await new LostSyncWatch(store.syncs, logs, systemClock).once()
  } catch (error) {
    if (!isMonitorError(error)) throw error
    return await new LostSyncWatch(store.syncs, { write: () => {} }, systemClock).once()
  }
}
