import type { ClientBase } from 'pg'
import { lockKey } from '../../store/postgres/postgres-connection.ts'
import { DAY_MS, dayOf, dayOfPartition, partitionOf } from './log-days.ts'

/** Those of the next days are there before their first line comes. */
const DAYS_AHEAD = 2
/** Who follows the lines may be away for so long. */
export const BATCHES_KEPT_MS: number = 2 * DAY_MS
const LOCK = 'fleet log partitions'
const DROP_LOCK = 'fleet log partitions dropped'

/**
 * Makes the partitions of these days that are missing. `attach` waits for no writer and keeps none waiting; making them
 * as partitions at once would.
 */
export async function makePartitions(client: ClientBase, days_ms: Iterable<number>): Promise<void> {
  for (const day_ms of days_ms) {
    const name = partitionOf(day_ms)
    await client.query('begin')
    try {
      await client.query('select pg_advisory_xact_lock($1)', [lockKey(LOCK)])
      const { rows } = await client.query<{ attached: number | null }>(
        `select (select count(*)::int from pg_inherits where inhrelid = to_regclass($1)) as attached`,
        [name],
      )
      if (rows[0]?.attached === 0) {
        // One that was left half made, or half dropped.
        await client.query(`drop table if exists ${name}`)
        await client.query(`create table ${name} (like canvas_sync_log_lines including all)`)
        await client.query(
          `alter table canvas_sync_log_lines attach partition ${name} for values from (${day_ms}) to (${day_ms + DAY_MS})`,
        )
      }
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
  }
}

/** So that the first line of a day waits for nothing. */
export async function makeNextDays(client: ClientBase, now_ms: number): Promise<void> {
  const today_ms = dayOf(now_ms)
  await makePartitions(
    client,
    Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => today_ms + ahead * DAY_MS),
  )
}

/** When days begin that are there for lines of clocks that are wrong. */
export function farFrom(now_ms: number): number {
  return dayOf(now_ms) + (DAYS_AHEAD + 1) * DAY_MS
}

/** The days from then on for which lines were shipped. */
export async function daysFrom(client: ClientBase, from_ms: number): Promise<Set<number>> {
  const days = (await foundPartitions(client)).map(({ name }) => dayOfPartition(name))
  return new Set(days.filter((day_ms) => day_ms !== null && day_ms >= from_ms) as number[])
}

/**
 * Drops the days whose lines are all older than `keep_days`, and what is kept beside them for as long. The server's clock
 * decides: one machine whose clock is wrong must not delete the lines of all. Waits for every transaction that is older, such
 * as a dump; returns how many days it dropped.
 */
export async function dropOldDays(client: ClientBase, keep_days: number): Promise<number> {
  const now_ms = await serverTime(client)
  // The newest of them stays: it tells that those before it are gone.
  await client.query(
    `delete from canvas_sync_log_batches where shipped_at < $1
       and batch < (select max(batch) from canvas_sync_log_batches where shipped_at < $1)`,
    [now_ms - BATCHES_KEPT_MS],
  )
  // A line that is older than what is kept is not shipped anyway.
  await client.query('delete from canvas_sync_log_erasures where erased_at < $1', [
    oldestKeptDay(now_ms, keep_days),
  ])
  return await dropOld(client, oldestKeptDay(now_ms, keep_days))
}

export interface PartitionUpkeep {
  /** How many days were dropped. */
  readonly dropped: number
}

/** Both: the next days, and no more of the old ones. */
export async function keepPartitions(client: ClientBase, keep_days: number): Promise<PartitionUpkeep> {
  await makeNextDays(client, await serverTime(client))
  return { dropped: await dropOldDays(client, keep_days) }
}

/** Lines of this day and later ones are kept. */
export function oldestKeptDay(now_ms: number, keep_days: number): number {
  return dayOf(now_ms) - keep_days * DAY_MS
}

export async function serverTime(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ now_ms: number }>(
    'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms',
  )
  return rows[0]?.now_ms ?? 0
}

interface FoundPartition {
  readonly name: string
  readonly state: 'attached' | 'detaching' | 'alone'
}

async function dropOld(client: ClientBase, kept_from_ms: number): Promise<number> {
  // Of the session: detaching cannot be part of a transaction.
  const { rows } = await client.query<{ taken: number }>('select pg_try_advisory_lock($1) as taken', [
    lockKey(DROP_LOCK),
  ])
  if (rows[0]?.taken !== 1) return 0
  try {
    return await dropEach(client, kept_from_ms)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey(DROP_LOCK)])
  }
}

async function dropEach(client: ClientBase, kept_from_ms: number): Promise<number> {
  let dropped = 0
  for (const { name, state } of await foundPartitions(client)) {
    const day_ms = dayOfPartition(name)
    if (day_ms === null || day_ms >= kept_from_ms) continue
    // Who writes and who reads goes on: a plain detach would wait for all and keep all waiting.
    if (state === 'attached') {
      await client.query(`alter table canvas_sync_log_lines detach partition ${name} concurrently`)
    } else if (state === 'detaching') {
      await client.query(`alter table canvas_sync_log_lines detach partition ${name} finalize`)
    }
    await client.query(`drop table if exists ${name}`)
    dropped++
  }
  return dropped
}

async function foundPartitions(client: ClientBase): Promise<FoundPartition[]> {
  const { rows } = await client.query<FoundPartition>(
    `select relname::text as name,
       case when inhrelid is null then 'alone' when inhdetachpending then 'detaching' else 'attached' end as state
     from pg_class left join pg_inherits on inhrelid = pg_class.oid
     where relnamespace = quote_ident(current_schema())::regnamespace and relkind = 'r'
       and relname ~ '^canvas_sync_log_lines_[0-9]{8}$'
     -- A table has one that is being detached at most, which keeps the others from it.
     order by inhdetachpending is not true, relname`,
  )
  return rows
}
