import { sql } from 'kysely'
import type { QueuedSync, QueueJobResult } from '../../../core/queued-sync.ts'
import type { JobClaim, JobQuery, NewQueueJob, QueueJob, SourceDepth, TakenJob } from '../../queue.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { QueueJobsTable } from './queue-tables.ts'

const JOBS = 'canvas_queue_jobs'
/** Where PostgreSQL has these rows at all, two that take at once must not take the same. */
const LOCK = 'queue jobs'

type JobRow = {
  [Name in keyof QueueJobsTable]: Name extends 'priority' | 'token' ? number : QueueJobsTable[Name]
}

export async function addJob({ query }: SqlConnection, job: NewQueueJob, now: number): Promise<boolean> {
  const { id, sync, priority, start_after } = job
  const { numInsertedOrUpdatedRows } = await query
    .insertInto(JOBS)
    .values({
      id,
      source: sync.source,
      sync: JSON.stringify(sync),
      priority,
      state: 'queued',
      start_after,
      created_at: now,
      taken_at: null,
      heartbeat_at: null,
      ended_at: null,
      result: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function takeJob(
  connection: SqlConnection,
  sources: readonly string[] | null,
  now: number,
): Promise<TakenJob | null> {
  if (sources?.length === 0) return null
  await connection.lock(LOCK)
  const { query } = connection
  const found = await query
    .selectFrom(`${JOBS} as job`)
    .select('job.id')
    .where('job.state', '=', sql.lit('queued' as const))
    .where('job.start_after', '<=', now)
    .$if(sources !== null, (select) => select.where('job.source', 'in', [...(sources ?? [])]))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom(`${JOBS} as other`)
            .select('other.id')
            .whereRef('other.source', '=', 'job.source')
            .where('other.state', '=', sql.lit('running' as const)),
        ),
      ),
    )
    .orderBy('job.priority', 'desc')
    .orderBy('job.created_at')
    .orderBy('job.id')
    .limit(1)
    .executeTakeFirst()
  if (found === undefined) return null
  const row = await query
    .updateTable(JOBS)
    .set((of) => ({ state: 'running', token: of('token', '+', 1), taken_at: now, heartbeat_at: now }))
    .where('id', '=', found.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { job_id: row.id, token: row.token, job: toJob(row) }
}

export async function keepJobs(
  { query }: SqlConnection,
  claims: readonly JobClaim[],
  now: number,
): Promise<JobClaim[]> {
  const held: JobClaim[] = []
  for (const claim of claims) {
    const { numUpdatedRows } = await query
      .updateTable(JOBS)
      .set({ heartbeat_at: now })
      .where('id', '=', claim.job_id)
      .where('token', '=', claim.token)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) held.push(claim)
  }
  return held
}

export async function endJob(
  { query }: SqlConnection,
  claim: JobClaim,
  result: QueueJobResult,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await query
    .updateTable(JOBS)
    .set({ state: 'ended', ended_at: now, result: JSON.stringify(result) })
    .where('id', '=', claim.job_id)
    .where('token', '=', claim.token)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function returnJob(
  { query }: SqlConnection,
  claim: JobClaim,
  start_after: number,
): Promise<boolean> {
  const { numUpdatedRows } = await query
    .updateTable(JOBS)
    .set({ state: 'queued', start_after })
    .where('id', '=', claim.job_id)
    .where('token', '=', claim.token)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function cancelWaitingJob(
  { query }: SqlConnection,
  job_id: string,
  now: number,
): Promise<boolean> {
  const result: QueueJobResult = { status: 'cancelled', error_type: 'cancelled', sync_id: null }
  const { numUpdatedRows } = await query
    .updateTable(JOBS)
    .set({ state: 'ended', ended_at: now, result: JSON.stringify(result) })
    .where('id', '=', job_id)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function returnSilentJobs({ query }: SqlConnection, silent_since: number): Promise<number> {
  const { numUpdatedRows } = await query
    .updateTable(JOBS)
    .set({ state: 'queued' })
    .where('state', '=', 'running')
    .where('heartbeat_at', '<', silent_since)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

export async function findJob({ query }: SqlConnection, job_id: string): Promise<QueueJob | null> {
  const row = await query.selectFrom(JOBS).selectAll().where('id', '=', job_id).executeTakeFirst()
  return row === undefined ? null : toJob(row)
}

export async function listJobs({ query }: SqlConnection, asked: JobQuery): Promise<QueueJob[]> {
  const jobs: QueueJob[] = []
  for (const state of ['running', 'queued', 'ended'] as const) {
    if (jobs.length >= asked.limit) break
    if (asked.state !== undefined && asked.state !== state) continue
    const { source } = asked
    const select = query
      .selectFrom(JOBS)
      .selectAll()
      .where('state', '=', sql.lit(state))
      .$if(source !== undefined, (where) => where.where('source', '=', source ?? ''))
      .limit(asked.limit - jobs.length)
    const rows = await (
      state === 'ended'
        ? select.orderBy('ended_at', 'desc')
        : state === 'running'
          ? select.orderBy('source')
          : select.orderBy('priority', 'desc').orderBy('created_at').orderBy('id')
    ).execute()
    jobs.push(...rows.map(toJob))
  }
  return jobs
}

export async function readDepths({ query }: SqlConnection, now: number): Promise<SourceDepth[]> {
  const rows = await query
    .selectFrom(JOBS)
    .select(({ fn }) => [
      'source',
      fn.sum<number | string>(sql`case when state = 'queued' then 1 else 0 end`).as('queued'),
      fn.sum<number | string>(sql`case when state = 'running' then 1 else 0 end`).as('running'),
      fn
        .min<number | null>(
          sql`case when state = 'queued' and start_after <= ${now}
            then case when start_after > created_at then start_after else created_at end end`,
        )
        .as('oldest_waiting_at'),
    ])
    .where('state', 'in', ['queued', 'running'])
    .groupBy('source')
    .orderBy('source')
    .execute()
  return rows.map((row) => ({ ...row, queued: Number(row.queued), running: Number(row.running) }))
}

function toJob(row: JobRow): QueueJob {
  return {
    id: row.id,
    sync: JSON.parse(row.sync) as QueuedSync,
    priority: row.priority,
    state: row.state,
    created_at: row.created_at,
    start_after: row.start_after,
    taken_at: row.taken_at,
    ended_at: row.ended_at,
    result: row.result === null ? null : (JSON.parse(row.result) as QueueJobResult),
  }
}
