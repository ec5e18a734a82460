import { syncRecordsText } from '../../../core/sync-record-text.ts'
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
import { outcomeOfRow } from '../syncs/sync-rows.ts'

/** {@link SyncLists} in the SQL that both engines understand. */
export class SqlSyncLists implements SyncLists {
  readonly #database: SqlDatabase
  readonly #encoder = new TextEncoder()

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(query: SyncPageQuery): Promise<SyncPage> {
    return this.#database.read((connection) => readSyncPage(connection, query))
  }

  async recordPage(query: SyncPageQuery): Promise<SyncRecordPage> {
    const { rows, next } = await this.page(query)
    const records = this.#encoder.encode(syncRecordsText(rows))
    return { count: rows.length, records, next }
  }

  outcomePage({ sync_id, order, limit, after }: OutcomePageQuery): Promise<OutcomePage> {
    const column = order === 'started' ? 'started_at' : 'finished_at'
    return this.#database.read(async ({ query }) => {
      let select = query
        .selectFrom('canvas_sync_courses')
        .selectAll()
        .where('sync_id', '=', sync_id)
        .orderBy(column)
        .orderBy('course_id')
        .limit(limit + 1)
      if (after !== null) {
        select = select.where(({ eb, refTuple, tuple }) =>
          eb(refTuple(column, 'course_id'), '>', tuple(after.at, after.course_id)),
        )
      }
      const found = await select.execute()
      const rows = found.slice(0, limit).map(outcomeOfRow)
      const last = rows.at(-1)
      const more = found.length > limit && last !== undefined
      return { rows, next: more ? { at: last[column], course_id: last.course_id } : null }
    })
  }
}
