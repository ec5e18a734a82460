import type { SyncRow } from '../../../core/sync-record.ts'
import type { SqlDatabase, SqlDialect } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { SYNC_COLUMNS, syncOfSelected } from './sync-values.ts'

/** What tells one sync apart. */
type SyncKey = 'id' | 'sync_task_id'

const statementsOf = (dialect: SqlDialect): Readonly<Record<SyncKey, string>> => ({
  id: textFor(dialect, `select ${SYNC_COLUMNS[dialect]} from canvas_sync_metrics m where m.id = ?`),
  sync_task_id: textFor(
    dialect,
    `select ${SYNC_COLUMNS[dialect]} from canvas_sync_metrics m where m.sync_task_id = ?`,
  ),
})

const STATEMENTS: Readonly<Record<SqlDialect, Readonly<Record<SyncKey, string>>>> = {
  sqlite: statementsOf('sqlite'),
  postgres: statementsOf('postgres'),
}

export function readSync(
  database: SqlDatabase,
  key: SyncKey,
  value: number | string,
): Promise<SyncRow | null> {
  return database.read(async ({ dialect, selectValues }) => {
    const [values] = await selectValues(STATEMENTS[dialect][key], [value])
    return values === undefined ? null : syncOfSelected(dialect, values)
  })
}
