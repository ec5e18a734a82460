import type { Selectable } from 'kysely'
import { syncRecordsBytes } from '../../../core/sync-record-bytes.ts'
import type {
  OutcomePage,
  OutcomePageQuery,
  SyncLists,
  SyncPage,
  SyncPageQuery,
  SyncRecordPage,
} from '../../sync-lists.ts'
import { readSyncPage } from './read-sync-page.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { outcomeOfRow } from '../syncs/sync-rows.ts'
import type { CoursesOutcomeTable } from '../tables.ts'

/** {@link SyncLists} in the SQL that both engines understand. */
export class SqlSyncLists implements SyncLists {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(query: SyncPageQuery): Promise<SyncPage> {
    return this.#database.read((connection) => readSyncPage(connection, query))
  }

  async recordPage(query: SyncPageQuery): Promise<SyncRecordPage> {
    const { rows, next } = await this.page(query)
    return { count: rows.length, records: syncRecordsBytes(rows), next }
  }

  outcomePage({ sync_id, order, limit, after }: OutcomePageQuery): Promise<OutcomePage> {
    const column = order === 'started' ? 'started_at' : 'finished_at'
    const behind = after === null ? '' : ` and (${column}, course_id) > (?, ?)`
    const text = `select * from canvas_sync_courses where sync_id = ?${behind} order by ${column}, course_id limit ?`
    const place = after === null ? [] : [after.at, after.course_id]
    return this.#database.read(async ({ dialect, select }) => {
      const values = [sync_id, ...place, limit + 1]
      const found = await select<Selectable<CoursesOutcomeTable>>(textFor(dialect, text), values)
      const rows = found.slice(0, limit).map(outcomeOfRow)
      const last = rows.at(-1)
      const more = found.length > limit && last !== undefined
      return { rows, next: more ? { at: last[column], course_id: last.course_id } : null }
    })
  }
}
