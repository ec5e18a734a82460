import { validateBaseUrl } from '../canvas/origin.ts'
import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import { MonitorError } from '../core/errors.ts'
import type { SyncRecord } from '../core/sync-record.ts'
import { ENTITIES_OF_SYNC_TYPE, type CourseEntity } from './entity-lists.ts'
import type { RunSyncOptions } from './sync-options.ts'
import { SyncRun } from './sync-run.ts'

export type { RunSyncOptions } from './sync-options.ts'

/**
 * One monitored sync from connection test to verdict. Never throws for what happens inside the sync: the record
 * says it.
 *
 * @throws MonitorError `usage`, `config_invalid` or `insecure_url` for options that cannot work, `task_id_taken` when asked for
 */
export async function runSync(options: RunSyncOptions): Promise<SyncRecord> {
  const entities = entitiesOf(options.syncType ?? 'all')
  validateBaseUrl(options.baseUrl)
  const sync = await options.monitor.startSync({
    syncType: options.syncType ?? 'all',
    incremental: options.full !== true,
    ...(options.taskId === undefined ? {} : { taskId: options.taskId }),
    ...(options.userId === undefined ? {} : { userId: options.userId }),
    ...(options.trigger === undefined ? {} : { trigger: options.trigger }),
    ...(options.courses?.length === 1 ? { targetCourseId: options.courses[0] ?? null } : {}),
    onTaskIdTaken: options.onTaskIdTaken ?? 'rename',
    // It knows what each of its lists has shown before, and judges by that.
    mayBeEmpty: true,
  })
  try {
    const client = sync.canvas({ baseUrl: options.baseUrl, token: options.token, ...options.client })
    return await new SyncRun(options, sync, client, entities).run()
  } catch (error) {
    if (options.signal?.aborted === true) return await sync.cancel()
    return await sync.completeFailure(error)
  }
}

function entitiesOf(sync_type: string): readonly CourseEntity[] {
  const entities = ENTITIES_OF_SYNC_TYPE[sync_type]
  if (entities !== undefined && Object.hasOwn(ENTITIES_OF_SYNC_TYPE, sync_type)) return entities
  const known = Object.keys(ENTITIES_OF_SYNC_TYPE).join(', ')
  throw new MonitorError('usage', `There is no sync type "${sync_type}".`, {
    next_step: `Use one of ${known}.`,
  })
}

/** Whether the token is the reason why a sync did not complete. */
export function tokenIsCause({ error_type }: Pick<SyncRecord, 'error_type'>): boolean {
  return error_type !== null && ERROR_TYPE_FACTS[error_type].token
}
