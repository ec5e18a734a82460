import { sql, type ExpressionBuilder, type SqlBool, type Expression } from 'kysely'
import { MonitorError } from '../../core/errors.ts'
import type { CourseOutcome, SyncRow } from '../../core/sync-record.ts'
import { canBecome, type SyncStatus } from '../../core/sync-status.ts'
import type {
  FinishAnswer,
  StatusChange,
  SyncFilter,
  SyncFinish,
  SyncProgress,
  SyncStart,
  SyncStore,
} from '../sync-store.ts'
import type { SqlConnection, SqlDatabase } from './sql-database.ts'
import { outcomeOfRow, rowOfOutcome, rowOfProgress, rowOfStart, syncOfRow } from './sync-rows.ts'
import type { Tables } from './tables.ts'

const METRICS = 'canvas_sync_metrics'

/** How long a lost sync lived, as far as is known. The clock may have gone back since its start. */
const lastAlive = sql<number>`case when heartbeat_at > sync_start_time then heartbeat_at else sync_start_time end`

/** {@link SyncStore} in the SQL that both engines understand. */
export class SqlSyncStore implements SyncStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  startSync(start: SyncStart): Promise<number> {
    return this.#database.write(async (connection) => {
      const inserted = await connection.query
        .insertInto(METRICS)
        .values(rowOfStart(start))
        .onConflict((conflict) => conflict.column('sync_task_id').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (inserted === undefined) {
        throw new MonitorError(
          'task_id_taken',
          `A sync with the task id ${start.sync_task_id} exists already.`,
          {
            next_step: 'Give each sync a task id of its own.',
          },
        )
      }
      await recordChange(connection, {
        sync_id: inserted.id,
        old_status: null,
        new_status: 'in_progress',
        reason: null,
        changed_at: start.started_at,
      })
      return inserted.id
    })
  }

  saveProgress(sync_id: number, progress: SyncProgress): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable(METRICS)
        .set(rowOfProgress(progress))
        .where('id', '=', sync_id)
        .where('sync_status', '=', 'in_progress')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    })
  }

  async heartbeat(sync_ids: readonly number[], at: number): Promise<void> {
    if (sync_ids.length === 0) return
    await this.#database.write(({ query }) =>
      query
        .updateTable(METRICS)
        .set({ heartbeat_at: at })
        .where('id', 'in', [...sync_ids])
        .where('sync_status', '=', 'in_progress')
        .execute(),
    )
  }

  async saveSource(sync_id: number, source_id: number, scope: string): Promise<void> {
    await this.#database.write(({ query }) =>
      query.updateTable(METRICS).set({ source_id, scope }).where('id', '=', sync_id).execute(),
    )
  }

  finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer> {
    return this.#database.write(async (connection) => {
      const before = await this.#statusOf(connection, sync_id)
      if (!canBecome(before, finish.status)) return { applied: false, status: before, repaired_from: null }
      const repaired_from = before === 'in_progress' ? null : before
      await connection.query
        .updateTable(METRICS)
        .set({
          ...rowOfProgress(finish),
          sync_status: finish.status,
          error_type: finish.error_type,
          error_message: finish.error_message,
          sync_end_time: finish.finished_at,
          total_duration_seconds: finish.duration_ms / 1000,
          repaired_from,
        })
        .where('id', '=', sync_id)
        .execute()
      await recordChange(connection, {
        sync_id,
        old_status: before,
        new_status: finish.status,
        reason: repaired_from === null ? finish.error_type : 'late_finish',
        changed_at: finish.finished_at,
      })
      return { applied: true, status: finish.status, repaired_from }
    })
  }

  async saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void> {
    const { course_id: _, ...changed } = rowOfOutcome(sync_id, outcome)
    await this.#database.write(({ query }) =>
      query
        .insertInto('canvas_sync_courses')
        .values(rowOfOutcome(sync_id, outcome))
        .onConflict((conflict) => conflict.columns(['sync_id', 'course_id']).doUpdateSet(changed))
        .execute(),
    )
  }

  markLost(sync_ids: readonly number[], reason: string, at: number): Promise<number[]> {
    return this.#database.write(async (connection) => {
      const lost: number[] = []
      for (const sync_id of sync_ids) {
        const row = await connection.query
          .updateTable(METRICS)
          .set({
            sync_status: 'lost',
            error_type: 'lost',
            error_message: reason,
            sync_end_time: lastAlive,
            total_duration_seconds: sql<number>`((${lastAlive}) - sync_start_time) / 1000.0`,
          })
          .where('id', '=', sync_id)
          .where('sync_status', '=', 'in_progress')
          .returning('id')
          .executeTakeFirst()
        if (row === undefined) continue
        lost.push(row.id)
        await recordChange(connection, {
          sync_id: row.id,
          old_status: 'in_progress',
          new_status: 'lost',
          reason,
          changed_at: at,
        })
      }
      return lost
    })
  }

  async getSync(sync_id: number): Promise<SyncRow | null> {
    return await this.#one((where) => where('id', '=', sync_id))
  }

  async getSyncByTaskId(sync_task_id: string): Promise<SyncRow | null> {
    return await this.#one((where) => where('sync_task_id', '=', sync_task_id))
  }

  listSyncs(filter: SyncFilter): Promise<SyncRow[]> {
    if (filter.statuses?.length === 0) return Promise.resolve([])
    return this.#database.read(async ({ query }) => {
      let select = query.selectFrom(METRICS).selectAll()
      if (filter.user_id !== undefined) select = select.where('user_id', '=', filter.user_id)
      if (filter.statuses !== undefined) select = select.where('sync_status', 'in', [...filter.statuses])
      if (filter.status !== undefined) select = select.where('sync_status', '=', filter.status)
      if (filter.sync_type !== undefined) select = select.where('sync_type', '=', filter.sync_type)
      if (filter.host !== undefined) select = select.where('host', '=', filter.host)
      if (filter.since !== undefined) select = select.where('sync_start_time', '>=', filter.since)
      const rows = await select
        .orderBy('sync_start_time', 'desc')
        .orderBy('id', 'desc')
        .limit(filter.limit)
        .execute()
      return rows.map(syncOfRow)
    })
  }

  listCourseOutcomes(sync_id: number): Promise<CourseOutcome[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom('canvas_sync_courses')
        .selectAll()
        .where('sync_id', '=', sync_id)
        .orderBy('started_at')
        .orderBy('course_id')
        .execute()
      return rows.map(outcomeOfRow)
    })
  }

  listStatusChanges(sync_id: number): Promise<StatusChange[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom('canvas_sync_status_changes')
        .select(['sync_id', 'old_status', 'new_status', 'reason', 'changed_at'])
        .where('sync_id', '=', sync_id)
        .orderBy('id')
        .execute(),
    )
  }

  lastEndedSync(source_id: number, scope: string, except: number): Promise<SyncRow | null> {
    return this.#database.read(async ({ query }) => {
      const row = await query
        .selectFrom(METRICS)
        .selectAll()
        .where('source_id', '=', source_id)
        .where('scope', '=', scope)
        .where('id', '!=', except)
        .where('sync_status', '!=', 'in_progress')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? null : syncOfRow(row)
    })
  }

  async #one(
    filter: (where: ExpressionBuilder<Tables, typeof METRICS>) => Expression<SqlBool>,
  ): Promise<SyncRow | null> {
    return await this.#database.read(async ({ query }) => {
      const row = await query.selectFrom(METRICS).selectAll().where(filter).executeTakeFirst()
      return row === undefined ? null : syncOfRow(row)
    })
  }

  async #statusOf(connection: SqlConnection, sync_id: number): Promise<SyncStatus> {
    const row = await connection.query
      .selectFrom(METRICS)
      .select('sync_status')
      .where('id', '=', sync_id)
      .executeTakeFirst()
    if (row === undefined)
      throw new MonitorError('not_found_locally', `There is no sync with the id ${sync_id}.`)
    return row.sync_status
  }
}

async function recordChange(connection: SqlConnection, change: StatusChange): Promise<void> {
  await connection.query.insertInto('canvas_sync_status_changes').values(change).execute()
}
