import { sql } from 'kysely'
import type { QueuedSync, QueueJobResult } from '../../../core/queued-sync.ts'
import type {
  AttemptBegin,
  AttemptBegun,
  JobClaim,
  JobQuery,
  NewQueueJob,
  QueueAttempt,
  QueueJob,
  QueueSchedule,
  QueueStore,
  QueueWorkerRow,
  SourceDepth,
  TakenJob,
} from '../../queue.ts'
import type { SqlDatabase } from '../sql-database.ts'
import {
  beginAttempt,
  endAttempt,
  listAttempts,
  listCancelled,
  listRunningAttempts,
  requestCancel,
} from './queue-attempts.ts'
import {
  addJob,
  cancelWaitingJob,
  endJob,
  findJob,
  keepJobs,
  listJobs,
  readDepths,
  returnJob,
  returnSilentJobs,
  takeJob,
} from './queue-jobs.ts'
import type { QueueSchedulesTable } from './queue-tables.ts'
import { pruneQueue } from './prune-queue.ts'

const WORKERS = 'canvas_queue_workers'
const SCHEDULES = 'canvas_queue_schedules'

/** {@link QueueStore} in the SQL that both engines understand. */
export class SqlQueueStore implements QueueStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  addJob(job: NewQueueJob, now: number): Promise<boolean> {
    return this.#database.write((connection) => addJob(connection, job, now))
  }

  takeJob(sources: readonly string[] | null, now: number): Promise<TakenJob | null> {
    return this.#database.write((connection) => takeJob(connection, sources, now))
  }

  keepJobs(claims: readonly JobClaim[], now: number): Promise<JobClaim[]> {
    return this.#database.write((connection) => keepJobs(connection, claims, now))
  }

  endJob(claim: JobClaim, result: QueueJobResult, now: number): Promise<boolean> {
    return this.#database.write((connection) => endJob(connection, claim, result, now))
  }

  returnJob(claim: JobClaim, start_after: number): Promise<boolean> {
    return this.#database.write((connection) => returnJob(connection, claim, start_after))
  }

  cancelWaitingJob(job_id: string, now: number): Promise<boolean> {
    return this.#database.write((connection) => cancelWaitingJob(connection, job_id, now))
  }

  returnSilentJobs(silent_since: number): Promise<number> {
    return this.#database.write((connection) => returnSilentJobs(connection, silent_since))
  }

  findJob(job_id: string): Promise<QueueJob | null> {
    return this.#database.read((connection) => findJob(connection, job_id))
  }

  listJobs(query: JobQuery): Promise<QueueJob[]> {
    return this.#database.read((connection) => listJobs(connection, query))
  }

  depths(now: number): Promise<SourceDepth[]> {
    return this.#database.read((connection) => readDepths(connection, now))
  }

  beginAttempt(begin: AttemptBegin): Promise<AttemptBegun | null> {
    return this.#database.write((connection) => beginAttempt(connection, begin))
  }

  endAttempt(job_id: string, attempt: number, state: 'ended' | 'handed_back', now: number): Promise<void> {
    return this.#database.write((connection) => endAttempt(connection, job_id, attempt, state, now))
  }

  listRunningAttempts(limit: number): Promise<QueueAttempt[]> {
    return this.#database.read((connection) => listRunningAttempts(connection, limit))
  }

  listAttempts(job_id: string): Promise<QueueAttempt[]> {
    return this.#database.read((connection) => listAttempts(connection, job_id))
  }

  requestCancel(job_id: string, now: number): Promise<boolean> {
    return this.#database.write((connection) => requestCancel(connection, job_id, now))
  }

  listCancelled(job_ids: readonly string[]): Promise<string[]> {
    return this.#database.read((connection) => listCancelled(connection, job_ids))
  }

  async saveWorker(worker: QueueWorkerRow): Promise<void> {
    const { id, ...rest } = { ...worker, sources: JSON.stringify(worker.sources) }
    await this.#database.write(({ query }) =>
      query
        .insertInto(WORKERS)
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
        .execute(),
    )
  }

  async removeWorker(id: string): Promise<void> {
    await this.#database.write(({ query }) => query.deleteFrom(WORKERS).where('id', '=', id).execute())
  }

  listWorkers(): Promise<QueueWorkerRow[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query.selectFrom(WORKERS).selectAll().orderBy('started_at').orderBy('id').execute()
      return rows.map((row) => ({ ...row, sources: JSON.parse(row.sources) as string[] }))
    })
  }

  async saveSchedule({ sync, ...schedule }: QueueSchedule): Promise<QueueSchedule> {
    const { slug, ...rest } = { ...schedule, source: sync.source, sync: JSON.stringify(sync) }
    const kept = (column: 'created_at' | 'next_at' | 'last_at' | 'last_job_id') => {
      const [known, given] = [sql.ref(`${SCHEDULES}.${column}`), sql.ref(`excluded.${column}`)]
      return sql<never>`case when ${sql.ref(`${SCHEDULES}.cron`)} = excluded.cron
        and ${sql.ref(`${SCHEDULES}.time_zone`)} = excluded.time_zone
        then ${column === 'next_at' ? sql`coalesce(${known}, ${given})` : known} else ${given} end`
    }
    const row = await this.#database.write(({ query }) =>
      query
        .insertInto(SCHEDULES)
        .values({ slug, ...rest })
        .onConflict((conflict) =>
          conflict.column('slug').doUpdateSet({
            ...rest,
            created_at: kept('created_at'),
            next_at: kept('next_at'),
            last_at: kept('last_at'),
            last_job_id: kept('last_job_id'),
          }),
        )
        .returningAll()
        .executeTakeFirstOrThrow(),
    )
    return toSchedule(row)
  }

  removeSchedule(slug: string): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numDeletedRows } = await query.deleteFrom(SCHEDULES).where('slug', '=', slug).executeTakeFirst()
      return numDeletedRows > 0n
    })
  }

  listSchedules(): Promise<QueueSchedule[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query.selectFrom(SCHEDULES).selectAll().orderBy('slug').execute()
      return rows.map(toSchedule)
    })
  }

  advanceSchedule(
    slug: string,
    seen_next_at: number,
    to: Pick<QueueSchedule, 'next_at' | 'last_at' | 'last_job_id'>,
  ): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable(SCHEDULES)
        .set({ ...to })
        .where('slug', '=', slug)
        .where('next_at', '=', seen_next_at)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    })
  }

  prune(before: number, limit: number, unended: readonly string[]): Promise<number> {
    return this.#database.write((connection) => pruneQueue(connection, before, limit, unended))
  }
}

function toSchedule(row: QueueSchedulesTable): QueueSchedule {
  const { slug, cron, time_zone, priority, created_at, next_at, last_at, last_job_id } = row
  const sync = JSON.parse(row.sync) as QueuedSync
  return { slug, cron, time_zone, sync, priority, created_at, next_at, last_at, last_job_id }
}
