import type { AttemptBegin, AttemptBegun, QueueAttempt } from '../../queue.ts'
import type { SqlConnection } from '../sql-database.ts'

const ATTEMPTS = 'canvas_queue_attempts'
const CANCELLATIONS = 'canvas_queue_cancellations'
const LONGEST_TASK_ID = 255

export async function beginAttempt(
  connection: SqlConnection,
  begin: AttemptBegin,
): Promise<AttemptBegun | null> {
  const { job_id, token, now, task_id, ...who } = begin
  await connection.lock(`queue job ${job_id}`)
  const { query } = connection
  const former = await listAttempts(connection, job_id)
  if (former.some((attempt) => attempt.token >= token)) return null
  const silent = former.filter(({ state }) => state === 'running')
  for (const { attempt } of silent) {
    await query
      .updateTable(ATTEMPTS)
      .set({ state: 'abandoned', ended_at: now })
      .where('job_id', '=', job_id)
      .where('attempt', '=', attempt)
      .execute()
  }
  const attempt = (former.at(-1)?.attempt ?? 0) + 1
  const row = { ...who, job_id, attempt, token, state: 'running', started_at: now, ended_at: null } as const
  const sync_task_id = await insertAttempt(query, row, task_id)
  return {
    attempt,
    sync_task_id,
    counted: former.filter(({ state }) => state !== 'handed_back').length,
    cancel_requested: (await listCancelled(connection, [job_id])).length > 0,
    abandoned: silent.map((each) => each.sync_task_id),
  }
}

/** @returns its task id: the wanted one, or where another sync has that, the same with the id of the job behind it */
async function insertAttempt(
  query: SqlConnection['query'],
  row: Omit<QueueAttempt, 'sync_task_id'>,
  task_id: string,
): Promise<string> {
  const number = row.attempt === 1 ? '' : `.${row.attempt}`
  for (let refused = 0; ; refused++) {
    const own = refused === 0 ? '' : `#${row.job_id}${refused === 1 ? '' : `#${refused}`}`
    const suffix = `${own}${number}`
    const sync_task_id = `${task_id.slice(0, LONGEST_TASK_ID - suffix.length)}${suffix}`
    const sync = await query
      .selectFrom('canvas_sync_metrics')
      .select('id')
      .where('sync_task_id', '=', sync_task_id)
      .executeTakeFirst()
    // One that this attempt has not started: whoever takes the job over would take its end for that of this attempt.
    if (sync !== undefined) continue
    const { numInsertedOrUpdatedRows } = await query
      .insertInto(ATTEMPTS)
      .values({ ...row, sync_task_id })
      .onConflict((conflict) => conflict.column('sync_task_id').doNothing())
      .executeTakeFirst()
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return sync_task_id
  }
}

export async function endAttempt(
  { query }: SqlConnection,
  job_id: string,
  attempt: number,
  state: 'ended' | 'handed_back',
  now: number,
): Promise<void> {
  await query
    .updateTable(ATTEMPTS)
    .set({ state, ended_at: now })
    .where('job_id', '=', job_id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .execute()
}

export function listRunningAttempts({ query }: SqlConnection, limit: number): Promise<QueueAttempt[]> {
  return query
    .selectFrom(ATTEMPTS)
    .selectAll()
    .where('state', '=', 'running')
    .orderBy('started_at')
    .limit(limit)
    .execute()
}

export function listAttempts({ query }: SqlConnection, job_id: string): Promise<QueueAttempt[]> {
  return query.selectFrom(ATTEMPTS).selectAll().where('job_id', '=', job_id).orderBy('attempt').execute()
}

export async function requestCancel(
  connection: SqlConnection,
  job_id: string,
  now: number,
): Promise<boolean> {
  await connection.lock(`queue job ${job_id}`)
  await connection.query
    .insertInto(CANCELLATIONS)
    .values({ job_id, requested_at: now })
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute()
  const attempts = await listAttempts(connection, job_id)
  return attempts.some(({ state }) => state === 'running')
}

export async function listCancelled({ query }: SqlConnection, job_ids: readonly string[]): Promise<string[]> {
  if (job_ids.length === 0) return []
  const rows = await query
    .selectFrom(CANCELLATIONS)
    .select('job_id')
    .where('job_id', 'in', [...job_ids])
    .execute()
  return rows.map((row) => row.job_id)
}
