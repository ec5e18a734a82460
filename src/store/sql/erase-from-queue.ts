import { sql } from 'kysely'
import { QUEUE_SCHEMA } from '../queue.ts'
import type { SqlConnection } from './sql-database.ts'

/** Syncs that wait for a user or ran for one, and schedules: those of the user would make more. What runs now ends first. */
export async function eraseFromQueue({ query, dialect }: SqlConnection, user_id: string): Promise<void> {
  const user =
    dialect === 'postgres'
      ? sql<string | null>`sync::json ->> 'user_id'`
      : sql<string | null>`json_extract(sync, '$.user_id')`
  await sql`delete from canvas_queue_jobs where state != 'running' and ${user} = ${user_id}`.execute(query)
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
}
