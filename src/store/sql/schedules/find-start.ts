import type { FoundStart, StartQuery } from '../../schedules.ts'
import type { SqlConnection } from '../sql-database.ts'
import { joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'
import { DUE_RUNS } from './schedule-rows.ts'

type Row = Omit<FoundStart, 'wrote_itself'> & { readonly wrote_itself: number }

/** See `ScheduleStore.findStarts`: each entry of an index that is read is one that counts, or one that runs. */
export async function findStart(
  connection: SqlConnection,
  { schedule_id, sync_type, user_id, from, until, pick }: StartQuery,
): Promise<FoundStart | null> {
  if (from > until) return null
  const wanted = [
    piece('m.sync_type = ?', sync_type),
    piece('m.sync_start_time >= ?', from),
    piece('m.sync_start_time <= ?', until),
  ]
  if (schedule_id !== null) {
    const serving = `select 1 from ${DUE_RUNS} d where d.sync_id = m.id and d.schedule_id = ?`
    wanted.push(piece(`not exists (${serving})`, schedule_id))
  }
  if (user_id === null) return await firstOf(connection, 'type_start', pick, wanted)
  wanted.push(piece('m.user_id = ?', user_id))
  // In this order: one that ends in between is found twice, and not missed.
  const running = await firstOf(connection, 'status_start', pick, [
    ...wanted,
    piece("m.sync_status = 'in_progress'"),
  ])
  const ended = await firstOf(connection, 'subject', pick, [
    ...wanted,
    piece("m.sync_status <> 'in_progress'"),
  ])
  if (running === null || ended === null) return running ?? ended
  const is_running_first =
    running.started_at < ended.started_at ||
    (running.started_at === ended.started_at && running.sync_id < ended.sync_id)
  return is_running_first === (pick === 'first') ? running : ended
}

async function firstOf(
  { dialect, select }: SqlConnection,
  index: 'type_start' | 'status_start' | 'subject',
  pick: StartQuery['pick'],
  wanted: readonly SqlPiece[],
): Promise<FoundStart | null> {
  const order = pick === 'first' ? 'asc' : 'desc'
  // SQLite knows nothing of how many syncs there are of a type or a user.
  const hint = dialect === 'sqlite' ? ` indexed by canvas_sync_metrics_${index}` : ''
  const where = joined(wanted, ' and ')
  const text = `select m.id as sync_id, m.sync_start_time as started_at,
      case when m.process_started is null then 0 else 1 end as wrote_itself
    from canvas_sync_metrics m${hint} where ${where.text}
    order by m.sync_start_time ${order}, m.id ${order} limit 1`
  const [found] = await select<Row>(textFor(dialect, text), [...where.values])
  return found === undefined ? null : { ...found, wrote_itself: found.wrote_itself === 1 }
}
