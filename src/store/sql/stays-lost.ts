import type { FinishStatus } from '../../core/sync-status.ts'
import type { SqlConnection } from './sql-database.ts'

/**
 * Whether a sync that was taken for lost stays so, whatever its worker still says: when another attempt has followed, and
 * when the worker only says that it has stopped.
 */
export async function staysLost(
  { query }: SqlConnection,
  sync_id: number,
  status: FinishStatus,
): Promise<boolean> {
  const row = await query
    .selectFrom('canvas_sync_metrics as sync')
    .innerJoin('canvas_queue_attempts as attempt', 'attempt.sync_task_id', 'sync.sync_task_id')
    .select('attempt.state')
    .where('sync.id', '=', sync_id)
    .executeTakeFirst()
  return row !== undefined && (row.state === 'abandoned' || status === 'cancelled')
}
