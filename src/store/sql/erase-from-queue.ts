import { sql } from 'kysely'
import { QUEUE_SCHEMA } from '../queue.ts'
import type { SqlConnection } from './sql-database.ts'

/**
 * Syncs that wait for a user or ran for one, and schedules: those of the user would make more. What runs now is cancelled and
 * forgets whose it is, or it would be there for weeks and be tried again.
 */
export async function eraseFromQueue(
  { query, dialect }: SqlConnection,
  user_id: string,
  at: number,
): Promise<void> {
  const user =
    dialect === 'postgres'
      ? sql<string | null>`sync::json ->> 'user_id'`
      : sql<string | null>`json_extract(sync, '$.user_id')`
  await sql`delete from canvas_queue_jobs where state != 'running' and ${user} = ${user_id}`.execute(query)
  await sql`insert into canvas_queue_cancellations (job_id, requested_at)
    select id, ${sql.lit(at)} from canvas_queue_jobs where ${user} = ${user_id}
    on conflict (job_id) do nothing`.execute(query)
  const nobody =
    dialect === 'postgres'
      ? sql`(sync::jsonb || '{"user_id": null}')::text`
      : sql`json_set(sync, '$.user_id', null)`
  await sql`update canvas_queue_jobs set sync = ${nobody} where ${user} = ${user_id}`.execute(query)
  await sql`delete from canvas_queue_schedules where ${user} = ${user_id}`.execute(query)
  if (dialect !== 'postgres') return
  const table = `${QUEUE_SCHEMA}.job`
  const { rows } = await sql<{ name: string | null }>`select to_regclass(${table})::text as name`.execute(
    query,
  )
  if (rows[0]?.name == null) return
  await sql`delete from ${sql.table(table)} where state <> 'active' and data ->> 'user_id' = ${user_id}`.execute(
    query,
  )
  await sql`insert into canvas_queue_cancellations (job_id, requested_at)
    select id::text, ${sql.lit(at)} from ${sql.table(table)} where data ->> 'user_id' = ${user_id}
    on conflict (job_id) do nothing`.execute(query)
  await sql`update ${sql.table(table)} set data = data || '{"user_id": null}'::jsonb
    where data ->> 'user_id' = ${user_id}`.execute(query)
}
