import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import type {
  DeletedSyncRows,
  DeletionStep,
  JobTake,
  JobTurn,
  RetentionStore,
  SyncPlace,
} from '../../retention-store.ts'
import { deleteSyncRows } from './delete-sync-rows.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import type { Tables } from '../tables.ts'

const METRICS = 'canvas_sync_metrics'
const JOBS = 'canvas_sync_maintenance'

/** {@link RetentionStore} in the SQL that both engines understand. */
export class SqlRetentionStore implements RetentionStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  countSyncs(before: number): Promise<DeletedSyncRows> {
    return this.#database.read(async ({ query }) => {
      const ids = query
        .selectFrom(METRICS)
        .select('id')
        .where('sync_start_time', '<', before)
        .where((where) => mayGo(where, before))
        .where(isNotNewest)
      const count = async (table: 'canvas_sync_courses' | 'canvas_sync_status_changes'): Promise<number> => {
        const rows = query.selectFrom(table).where('sync_id', 'in', ids)
        const { count } = await rows.select((of) => of.fn.countAll().as('count')).executeTakeFirstOrThrow()
        return Number(count)
      }
      const syncs = await query
        .selectFrom(ids.as('old'))
        .select((of) => of.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      return {
        syncs: Number(syncs.count),
        courses: await count('canvas_sync_courses'),
        status_changes: await count('canvas_sync_status_changes'),
      }
    })
  }

  deleteSyncs(before: number, after: SyncPlace | null, rows: number): Promise<DeletionStep> {
    return this.#database.write(async (connection) => {
      const started = performance.now()
      const looked = await this.#oldest(connection, before, after, rows)
      const going = looked.filter(({ goes }) => Number(goes) === 1)
      const step = await deleteSyncRows(connection, going, rows, (where) => mayGo(where, before))
      const stopped = step.next ?? (looked.length < rows ? null : (looked.at(-1) ?? null))
      return { deleted: step.deleted, next: stopped, held_ms: performance.now() - started }
    })
  }

  reusableBytes(): Promise<number | null> {
    if (this.#database.dialect !== 'sqlite') return Promise.resolve(null)
    return this.#database.read(async ({ select }) => {
      const [row] = await select<{ bytes: number }>(
        'select freelist_count * page_size as bytes from pragma_freelist_count, pragma_page_size',
        [],
      )
      return row?.bytes ?? null
    })
  }

  async beginJob(job: string, night: string): Promise<void> {
    await this.#database.write(({ query }) =>
      query
        .insertInto(JOBS)
        .values({ job, done_for: night })
        .onConflict((conflict) =>
          conflict.column('job').doUpdateSet({ done_for: night }).where(`${JOBS}.done_for`, 'is', null),
        )
        .execute(),
    )
  }

  takeJob({ job, holder, done_for, now, lease_ms }: JobTake): Promise<JobTurn> {
    return this.#database.write(async ({ query }) => {
      await query
        .insertInto(JOBS)
        .values({ job })
        .onConflict((conflict) => conflict.column('job').doNothing())
        .execute()
      const held_until = now + lease_ms
      const taken = await query
        .updateTable(JOBS)
        .set({ holder, held_until })
        .where('job', '=', job)
        // A lease that ends later than any that is given now is from before a clock went back.
        .where((where) =>
          where.or([
            where('holder', 'is', null),
            where('held_until', '<=', now),
            where('held_until', '>', held_until),
          ]),
        )
        .$if(done_for !== null, (update) =>
          update.where((where) =>
            where.or([where('done_for', 'is', null), where('done_for', '!=', done_for)]),
          ),
        )
        .returning('job')
        .executeTakeFirst()
      if (taken !== undefined) return 'taken'
      const row = await query.selectFrom(JOBS).select('done_for').where('job', '=', job).executeTakeFirst()
      return done_for !== null && row?.done_for === done_for ? 'done' : 'held'
    })
  }

  keepJob({ job, holder, now, lease_ms }: JobTake): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable(JOBS)
        .set({ held_until: now + lease_ms })
        .where('job', '=', job)
        .where('holder', '=', holder)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    })
  }

  async endJob({ job, holder, done_for, now }: JobTake, report: string | null): Promise<void> {
    const done = report === null ? {} : { done_at: now, report, ...(done_for === null ? {} : { done_for }) }
    await this.#database.write(({ query }) =>
      query
        .updateTable(JOBS)
        .set({ holder: null, held_until: 0, ...done })
        .where('job', '=', job)
        .where('holder', '=', holder)
        .execute(),
    )
  }

  /** A bounded piece of the walk, whatever of it may go: a step never reads on and on through what has to stay. */
  #oldest(
    { query }: SqlConnection,
    before: number,
    after: SyncPlace | null,
    limit: number,
  ): Promise<(SyncPlace & { goes: number | boolean })[]> {
    let select = query
      .selectFrom(METRICS)
      .select((where) => [
        'id',
        'sync_start_time',
        sql<number>`case when ${where.and([mayGo(where, before), isNotNewest(where)])} then 1 else 0 end`.as(
          'goes',
        ),
      ])
      .where('sync_start_time', '<', before)
    if (after !== null) {
      select = select.where(sql<boolean>`(sync_start_time, id) > (${after.sync_start_time}, ${after.id})`)
    }
    return select.orderBy('sync_start_time').orderBy('id').limit(limit).execute()
  }
}

type Where = ExpressionBuilder<Tables, typeof METRICS>

function mayGo(where: Where, before: number): Expression<SqlBool> {
  return where.and([
    where('sync_status', '!=', 'in_progress'),
    where.or([where('sync_end_time', 'is', null), where('sync_end_time', '<', before)]),
    isNoEvidence(where),
  ])
}

/** Who is told of an incident wants to see what it is about. */
function isNoEvidence(where: Where): Expression<SqlBool> {
  return where.not(
    where.exists(
      where
        .selectFrom('canvas_sync_incidents as incident')
        .select(sql`1`.as('one'))
        .whereRef('incident.last_sync_id', '=', `${METRICS}.id`)
        .where('incident.open_key', 'is not', null),
    ),
  )
}

/** Whether a newer one of its source and scope has ended. */
function isNotNewest(where: Where): Expression<SqlBool> {
  return where.or([
    where('source_id', 'is', null),
    where('scope', 'is', null),
    where.exists(
      where
        .selectFrom(`${METRICS} as newer`)
        .select(sql`1`.as('one'))
        .whereRef('newer.source_id', '=', `${METRICS}.source_id`)
        .whereRef('newer.scope', '=', `${METRICS}.scope`)
        .whereRef('newer.id', '>', `${METRICS}.id`)
        .where('newer.sync_status', '!=', 'in_progress'),
    ),
  ])
}
