import type { SqlConnection } from '../sql-database.ts'

/**
 * Jobs that ended, attempts that do not run, wishes nobody needs any more, workers that were never heard of again. A job that
 * has not ended goes on counting the attempts that it had: they are kept, and with them their task ids.
 */
export async function pruneQueue(
  { query }: SqlConnection,
  before: number,
  limit: number,
  unended: readonly string[],
): Promise<number> {
  let gone = 0
  const jobs = await query
    .selectFrom('canvas_queue_jobs')
    .select('id')
    .where('state', '=', 'ended')
    .where('ended_at', '<', before)
    .limit(limit)
    .execute()
  for (const { id } of jobs) await query.deleteFrom('canvas_queue_jobs').where('id', '=', id).execute()
  gone += jobs.length
  const attempts = await query
    .selectFrom('canvas_queue_attempts')
    .select(['job_id', 'attempt'])
    .where('started_at', '<', before)
    .where('state', '!=', 'running')
    .$if(unended.length > 0, (select) => select.where('job_id', 'not in', [...unended]))
    .orderBy('started_at')
    .limit(limit)
    .execute()
  for (const { job_id, attempt } of attempts) {
    await query
      .deleteFrom('canvas_queue_attempts')
      .where('job_id', '=', job_id)
      .where('attempt', '=', attempt)
      .execute()
  }
  gone += attempts.length
  const wishes = await query
    .deleteFrom('canvas_queue_cancellations')
    .where('requested_at', '<', before)
    .executeTakeFirst()
  const workers = await query
    .deleteFrom('canvas_queue_workers')
    .where('heartbeat_at', '<', before)
    .executeTakeFirst()
  return gone + Number(wishes.numDeletedRows) + Number(workers.numDeletedRows)
}
