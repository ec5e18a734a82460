import type { SqlConnection } from '../sql-database.ts'

interface Trigger {
  readonly name: string
  readonly sql: string
}

/**
 * What is done for each sync that is written: those who follow are told, and figures, users, errors and counters go on. What
 * takes a sync out of the figures and the errors stays.
 */
const TRIGGERS = `select name, sql from sqlite_schema where type = 'trigger' and tbl_name = 'canvas_sync_metrics'
  and (lower(sql) like '% after insert on %' or name in (
    'canvas_sync_metrics_status', 'canvas_sync_metrics_progress', 'canvas_sync_figures_after_update',
    'canvas_sync_counters_ended', 'canvas_sync_counters_changed'))
  order by rowid`

const SETTINGS = ['canvas_sync.importing', 'canvas_sync.counted_together']

/**
 * Runs `write`, in which the triggers leave alone who follows and every sum that only grows; `write` adds to the sums
 * itself. Nobody else is without the triggers at any time.
 */
export async function quietly(connection: SqlConnection, write: () => Promise<void>): Promise<void> {
  if (connection.dialect === 'postgres') {
    for (const name of SETTINGS) await connection.select('select set_config($1, $2, true)', [name, 'on'])
    await write()
    for (const name of SETTINGS) await connection.select('select set_config($1, $2, true)', [name, 'off'])
    return
  }
  // Undone with the transaction, should it fail; and there is one writer at a time.
  const triggers = await connection.select<Trigger>(TRIGGERS, [])
  for (const { name } of triggers) await connection.executeMany(`drop trigger ${name}`, [[]])
  await write()
  for (const { sql } of triggers) await connection.executeMany(sql, [[]])
}
