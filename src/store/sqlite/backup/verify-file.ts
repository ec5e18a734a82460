import { DatabaseSync } from 'node:sqlite'
import { isMonitorError, MonitorError } from '../../../core/errors.ts'
import { pendingMigrations } from '../migrate.ts'
import { toStoreError } from '../sqlite-errors.ts'

/** What a whole database file holds. */
export interface VerifiedFile {
  readonly syncs: number
  /** When the newest sync started, epoch milliseconds; null when there is none. */
  readonly newest_sync_start_time: number | null
  /** Migrations that this program would still have to apply. */
  readonly pending_migrations: readonly string[]
}

/**
 * Reads the whole file: every page, index and reference. Changes nothing.
 *
 * @throws MonitorError `database_corrupt`, `database_newer`, and `database_unsupported` for a database of somebody else
 */
export function verifySqliteFile(path: string): VerifiedFile {
  try {
    using database = new DatabaseSync(path, { readOnly: true })
    const faults = database.prepare('pragma integrity_check(1)').get()?.['integrity_check']
    if (faults !== 'ok') throw damaged(path)
    if (database.prepare('pragma foreign_key_check').get() !== undefined) throw damaged(path)
    const pending = pendingMigrations(database)
    const ours = database
      .prepare("select 1 from sqlite_schema where type = 'table' and name = 'canvas_sync_metrics'")
      .get()
    if (ours === undefined) {
      throw new MonitorError('database_unsupported', `${path} is no database of this program.`, {
        next_step: 'Give a file that the command backup wrote.',
      })
    }
    const row = database
      .prepare('select count(*) as syncs, max(sync_start_time) as newest from canvas_sync_metrics')
      .get() as { syncs: number; newest: number | null }
    return {
      syncs: row.syncs,
      newest_sync_start_time: row.newest,
      pending_migrations: pending.map(({ name }) => name),
    }
  } catch (error) {
    const told = toStoreError(error, path)
    throw isMonitorError(told) && told.code === 'database_corrupt' ? damaged(path) : told
  }
}

function damaged(path: string): MonitorError {
  return new MonitorError('database_corrupt', `${path} is damaged.`, {
    next_step: 'Take an older backup; nothing was changed.',
  })
}
