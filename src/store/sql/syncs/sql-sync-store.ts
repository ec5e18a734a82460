import { sql, type RawBuilder } from 'kysely'
import { MonitorError } from '../../../core/errors.ts'
import type { CourseOutcome, SyncRow } from '../../../core/sync-record.ts'
import { canBecome, type SyncStatus } from '../../../core/sync-status.ts'
import { processedOf, UNEXPECTEDLY_EMPTY } from '../../../core/unexpected-empty.ts'
import type { SyncCondition, SyncPageQuery, SyncPlace } from '../../sync-lists.ts'
import type {
  FinishAnswer,
  RunningSync,
  RunningSyncKey,
  StatusChange,
  SyncFilter,
  SyncFinish,
  SyncProgress,
  SyncStart,
  SyncStore,
} from '../../sync-store.ts'
import { beat, listRunning, markLost, markTimedOut, recordChange } from './running-syncs.ts'
import { changesGroup, groupErrors } from '../figures/error-group-rows.ts'
import { staysLost } from '../stays-lost.ts'
import { forUpdate } from '../for-update.ts'
import { readSync } from '../lists/read-sync.ts'
import { readSyncPage } from '../lists/read-sync-page.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { readNothingUnexpectedly } from './syncs-before.ts'
import { outcomeOfRow, rowOfOutcome, rowOfProgress, rowOfStart, syncOfRow } from './sync-rows.ts'

const METRICS = 'canvas_sync_metrics'
const STATUS_CHANGES = `select sync_id, old_status, new_status, reason, changed_at
  from canvas_sync_status_changes where sync_id = ? order by id`

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

  heartbeat(sync_ids: readonly number[], at: number, running_ms?: readonly number[]): Promise<void> {
    return beat(this.#database, sync_ids, at, running_ms)
  }

  async saveSource(sync_id: number, source_id: number, scope: string): Promise<void> {
    await this.#database.write(({ query }) =>
      query.updateTable(METRICS).set({ source_id, scope }).where('id', '=', sync_id).execute(),
    )
  }

  finishSync(sync_id: number, told: SyncFinish): Promise<FinishAnswer> {
    return this.#database.write(async (connection) => {
      const { sync_status: before, error_group_id } = await this.#standing(connection, sync_id)
      // Whoever took its job over has said what became of it: a worker that was away too long does not change that.
      const refused = before === 'lost' && (await staysLost(connection, sync_id, told.status))
      if (refused || !canBecome(before, told.status))
        return { applied: false, status: before, repaired_from: null, error_group_id }
      const finish = await judgedEnd(connection, sync_id, told)
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
      const groups = changesGroup(before, finish.status) ? await groupErrors(connection, [sync_id]) : null
      const group = groups === null ? error_group_id : (groups.get(sync_id) ?? null)
      return { applied: true, status: finish.status, repaired_from, error_group_id: group }
    })
  }

  async saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void> {
    const { course_id: _, ...changed } = rowOfOutcome(sync_id, outcome)
    await this.#database.write(({ query }) =>
      query
        .insertInto('canvas_sync_courses')
        .values({ ...rowOfOutcome(sync_id, outcome), sync_start_time: startOf(sync_id) })
        .onConflict((conflict) => conflict.columns(['sync_id', 'course_id']).doUpdateSet(changed))
        .execute(),
    )
  }

  markLost(sync_ids: readonly number[], reason: string, at: number): Promise<number[]> {
    return markLost(this.#database, sync_ids, reason, at)
  }

  markTimedOut(sync_id: number, reason: string, at: number, running_ms: number): Promise<boolean> {
    return markTimedOut(this.#database, sync_id, reason, at, running_ms)
  }

  listRunning(after: RunningSyncKey | null, limit: number): Promise<RunningSync[]> {
    return listRunning(this.#database, after, limit)
  }

  async saveRunningTime(sync_id: number, running_ms: number): Promise<void> {
    const ran = Math.round(running_ms)
    await this.#database.write(({ query }) =>
      query
        .updateTable(METRICS)
        .set({ running_ms: ran })
        .where('id', '=', sync_id)
        .where('sync_status', '=', 'in_progress')
        .where((where) => where.or([where('running_ms', 'is', null), where('running_ms', '<', ran)]))
        .execute(),
    )
  }

  getSync(sync_id: number): Promise<SyncRow | null> {
    return readSync(this.#database, 'id', sync_id)
  }

  getSyncByTaskId(sync_task_id: string): Promise<SyncRow | null> {
    return readSync(this.#database, 'sync_task_id', sync_task_id)
  }

  listSyncs({ limit, ...filter }: SyncFilter): Promise<SyncRow[]> {
    const condition = conditionOf(filter)
    return this.#database.read(async (connection) => {
      const rows: SyncRow[] = []
      let after: SyncPlace | null = null
      do {
        const query: SyncPageQuery = { condition, sort: 'newest', limit: limit - rows.length, after }
        const page = await readSyncPage(connection, query)
        rows.push(...page.rows)
        after = page.next
      } while (after !== null && rows.length < limit)
      return rows
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
    return this.#database.read(({ dialect, select }) =>
      select<StatusChange>(textFor(dialect, STATUS_CHANGES), [sync_id]),
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

  async #standing(
    connection: SqlConnection,
    sync_id: number,
  ): Promise<{ readonly sync_status: SyncStatus; readonly error_group_id: number | null }> {
    const columns = ['sync_status', 'error_group_id'] as const
    const select = connection.query.selectFrom(METRICS).select(columns).where('id', '=', sync_id)
    const row = await forUpdate(select, connection.dialect).executeTakeFirst()
    if (row === undefined)
      throw new MonitorError('not_found_locally', `There is no sync with the id ${sync_id}.`)
    return row
  }
}

/** The end as it stands, whatever the job takes it for. */
async function judgedEnd(connection: SqlConnection, sync_id: number, told: SyncFinish): Promise<SyncFinish> {
  const { status, incremental_sync, target_course_id, counters, may_be_empty = false } = told
  const processed = processedOf(counters)
  const end = { status, incremental_sync, target_course_id, processed, may_be_empty }
  const is_empty = await readNothingUnexpectedly(connection, sync_id, end)
  return is_empty ? { ...told, ...UNEXPECTEDLY_EMPTY } : told
}

function conditionOf({
  user_id,
  status,
  statuses,
  sync_type,
  ...rest
}: Omit<SyncFilter, 'limit'>): SyncCondition {
  const both = status === undefined ? statuses : (statuses?.filter((each) => each === status) ?? [status])
  return {
    ...rest,
    ...(user_id === undefined ? {} : { user_ids: [user_id] }),
    ...(both === undefined ? {} : { statuses: both }),
    ...(sync_type === undefined ? {} : { sync_types: [sync_type] }),
  }
}

/** Copied to where the syncs of a course are found in the order of their start times. */
const startOf = (sync_id: number): RawBuilder<number> =>
  sql<number>`coalesce((select sync_start_time from canvas_sync_metrics where id = ${sync_id}), 0)`
