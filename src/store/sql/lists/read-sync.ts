import type { SyncRow } from '../../../core/sync-record.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { SYNC_COLUMNS, syncOfValues } from './sync-values.ts'

/** What tells one sync apart. */
type SyncKey = 'id' | 'sync_task_id'

const STATEMENTS: Readonly<Record<SyncKey, string>> = {
  id: `select ${SYNC_COLUMNS} from canvas_sync_metrics m where m.id = ?`,
  sync_task_id: `select ${SYNC_COLUMNS} from canvas_sync_metrics m where m.sync_task_id = ?`,
}

export function readSync(
  database: SqlDatabase,
  key: SyncKey,
  value: number | string,
): Promise<SyncRow | null> {
  return database.read(async ({ dialect, selectValues }) => {
    const [values] = await selectValues(textFor(dialect, STATEMENTS[key]), [value])
    return values === undefined ? null : syncOfValues(values)
  })
}
