import type { Client } from 'pg'
import type { ErasedPerson } from '../logs/erasure/whose-line.ts'
import { lockKey } from '../store/postgres/postgres-connection.ts'
import { toStoreError } from '../store/postgres/postgres-errors.ts'
import { connectClient } from '../store/postgres/postgres-pool.ts'
import { parsePostgresUrl, type PostgresAddress } from '../store/postgres/postgres-url.ts'
import { ERASURE_LOCK, taskDigest, userDigest } from './shipping/erased-people.ts'

export interface ErasedShippedLines {
  readonly lines: number
  /** Lines of the person that another look found; 0 when all is well. */
  readonly lines_left: number
}

/** Lines of one transaction: shippers and readers wait for none of them. */
const LINES_A_STEP = 5000
const TASKS_A_STEP = 1000

/**
 * Takes the lines of a person out of the lines of all machines. From then on no machine ships what it still has of them:
 * their files are another matter, machine by machine.
 *
 * @throws MonitorError; the signal's reason
 */
export async function eraseShippedLines(
  database: string,
  person: ErasedPerson,
  signal?: AbortSignal,
): Promise<ErasedShippedLines> {
  const address: PostgresAddress = parsePostgresUrl(database)
  const client = await connectClient(address)
  try {
    await keepFromShipping(client, person)
    let lines = 0
    for (const condition of conditionsOf(person)) lines += await eraseBy(client, condition, signal)
    let lines_left = 0
    for (const condition of conditionsOf(person)) lines_left += await countBy(client, condition)
    return { lines, lines_left }
  } catch (error) {
    signal?.throwIfAborted()
    throw toStoreError(error, address)
  } finally {
    await client.end().catch(() => {})
  }
}

interface Condition {
  readonly text: string
  readonly value: unknown
}

function conditionsOf({ user_id, task_ids }: ErasedPerson): Condition[] {
  const tasks = [...task_ids]
  const steps = Array.from({ length: Math.ceil(tasks.length / TASKS_A_STEP) }, (_, at) =>
    tasks.slice(at * TASKS_A_STEP, (at + 1) * TASKS_A_STEP),
  )
  return [
    { text: 'user_id = $1', value: user_id },
    ...steps.map((value) => ({ text: 'task_id = any($1::text[])', value })),
  ]
}

/** Whoever ships after this sees the names; who shipped before is seen by the deletion. */
async function keepFromShipping(client: Client, { user_id, task_ids }: ErasedPerson): Promise<void> {
  const people = [userDigest(user_id), ...[...task_ids].map(taskDigest)]
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [lockKey(ERASURE_LOCK)])
    await client.query(
      `insert into canvas_sync_log_erasures (person, erased_at)
       select person, floor(extract(epoch from clock_timestamp()) * 1000)::bigint from unnest($1::text[]) as people (person)
       on conflict (person) do update set erased_at = excluded.erased_at`,
      [people],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function eraseBy(
  client: Client,
  { text, value }: Condition,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let erased = 0; ;) {
    signal?.throwIfAborted()
    const { rowCount } = await client.query(
      `delete from canvas_sync_log_lines where (logged_at, writer, seq) in
         (select logged_at, writer, seq from canvas_sync_log_lines where ${text} limit ${LINES_A_STEP})`,
      [value],
    )
    erased += rowCount ?? 0
    if ((rowCount ?? 0) < LINES_A_STEP) return erased
  }
}

async function countBy(client: Client, { text, value }: Condition): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) as count from canvas_sync_log_lines where ${text}`,
    [value],
  )
  return rows[0]?.count ?? 0
}
