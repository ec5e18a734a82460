import { sql, type Selectable } from 'kysely'
import { LONGEST_LOOK_GAP_MS, type WatchGap } from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import { WATCHES } from './schedule-rows.ts'
import type { WatchesTable } from './schedule-tables.ts'

/** Of two that begin to look at the same time each would make a row. */
const LOCK = 'canvas_sync_watches'

/** See `ScheduleStore.keepLooking`; inside of a transaction. */
export async function keepLooking(
  connection: SqlConnection,
  now: number,
  unreachable_since: number | null,
): Promise<void> {
  const { query } = connection
  await connection.lock(LOCK)
  const last = await query
    .selectFrom(WATCHES)
    .selectAll()
    .orderBy('looked_from', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined || last.looked_until < now - LONGEST_LOOK_GAP_MS) {
    const has_restarted = last !== undefined && (await hasRestarted(connection, last.looked_until, now))
    const database_was_away = has_restarted ? 1 : 0
    await query
      .insertInto(WATCHES)
      .values({ looked_from: now, looked_until: now, database_was_away })
      .execute()
  } else await goOn(connection, last, now)
  if (unreachable_since === null) return
  // Another one may have been quicker to look again, and not have known.
  await query
    .updateTable(WATCHES)
    .set({ database_was_away: 1 })
    .where('looked_from', '>', unreachable_since)
    .execute()
}

async function goOn({ query }: SqlConnection, last: Selectable<WatchesTable>, now: number): Promise<void> {
  const { database_was_away } = last
  // Servers' clocks differ by a little; one that is ahead by more was set back, and what it wrote is still to come.
  const was_set_back = last.looked_until > now + LONGEST_LOOK_GAP_MS
  const looked_until = was_set_back ? now : Math.max(last.looked_until, now)
  const looked_from = Math.min(last.looked_from, looked_until)
  if (looked_from === last.looked_from) {
    await query.updateTable(WATCHES).set({ looked_until }).where('looked_from', '=', looked_from).execute()
    return
  }
  await query.deleteFrom(WATCHES).where('looked_from', '>=', looked_from).execute()
  await query.insertInto(WATCHES).values({ looked_from, looked_until, database_was_away }).execute()
}

/** Whether the database was started between two moments: before that it was away. A file always answers. */
async function hasRestarted(
  { dialect, query }: SqlConnection,
  from: number,
  until: number,
): Promise<boolean> {
  if (dialect === 'sqlite') return false
  const started = sql<number | string>`extract(epoch from pg_postmaster_start_time()) * 1000`
  const { at } = await query.selectNoFrom(started.as('at')).executeTakeFirstOrThrow()
  // By its own clock.
  return Number(at) > from && Number(at) < until + LONGEST_LOOK_GAP_MS
}

/** More restarts than there are in a year of them twice a day. */
const MOST_SPANS = 1000

/** See `ScheduleStore.listGaps`. */
export async function listGaps({ query }: SqlConnection, since: number): Promise<WatchGap[]> {
  const spans = await query
    .selectFrom(WATCHES)
    .selectAll()
    .orderBy('looked_from', 'desc')
    .where('looked_until', '>=', since)
    .limit(MOST_SPANS)
    .execute()
  const first = spans.at(-1)
  if (first !== undefined && first.looked_from > since) {
    const before = await query
      .selectFrom(WATCHES)
      .selectAll()
      .where('looked_from', '<', first.looked_from)
      .orderBy('looked_from', 'desc')
      .limit(1)
      .executeTakeFirst()
    // Before the very first look nothing was expected.
    if (before !== undefined) spans.push(before)
  }
  return spans.toReversed().flatMap((span, index, all): WatchGap[] => {
    const before = all[index - 1]
    if (before === undefined || span.looked_from - before.looked_until <= LONGEST_LOOK_GAP_MS) return []
    const database_was_away = span.database_was_away === 1
    return [{ from: before.looked_until, until: span.looked_from, database_was_away }]
  })
}
