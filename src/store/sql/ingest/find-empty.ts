import { UNEXPECTEDLY_EMPTY } from '../../../core/unexpected-empty.ts'
import type { ReportedRow, SyncReport } from '../../ingest-store.ts'
import type { SqlConnection } from '../sql-database.ts'
import { readNothingUnexpectedly } from '../syncs/syncs-before.ts'

interface Asking {
  readonly task_id: string
  readonly sync_id: number
  readonly row: ReportedRow
}

/**
 * The task ids of those that have read nothing where the syncs before them read something, also where those came in the same
 * batch: it looks at them in the order of their starts, once all are written. What it finds is to be undone with the batch.
 */
export async function findEmpty(
  connection: SqlConnection,
  reports: readonly SyncReport[],
  ids: readonly number[],
): Promise<string[]> {
  const empty: string[] = []
  for (const { task_id, sync_id, row } of askingOf(reports, ids)) {
    const { incremental_sync, target_course_id } = row
    const end = {
      status: row.sync_status,
      incremental_sync,
      target_course_id,
      processed: 0,
      may_be_empty: false,
    }
    if (!(await readNothingUnexpectedly(connection, sync_id, end))) continue
    empty.push(task_id)
    // The next one of the same job must not take it for completed.
    await connection.query
      .updateTable('canvas_sync_metrics')
      .set({ sync_status: UNEXPECTEDLY_EMPTY.status })
      .where('id', '=', sync_id)
      .execute()
  }
  return empty
}

function askingOf(reports: readonly SyncReport[], ids: readonly number[]): Asking[] {
  const asking = reports.flatMap(({ task_id, row, asks_before }, index): Asking[] => {
    const sync_id = ids[index]
    return asks_before && row !== null && sync_id !== undefined ? [{ task_id, sync_id, row }] : []
  })
  return asking.sort((a, b) => a.row.sync_start_time - b.row.sync_start_time || a.sync_id - b.sync_id)
}
