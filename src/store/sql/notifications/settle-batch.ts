import { sql } from 'kysely'
import type { Settlement } from '../../notifications.ts'
import { forUpdate } from '../for-update.ts'
import type { SqlConnection } from '../sql-database.ts'
import { IS_WAITING } from './waiting-rows.ts'

const OUTBOX = 'canvas_sync_notifications'
const ATTEMPTS = 'canvas_sync_notification_attempts'
const CHANNELS = 'canvas_sync_channels'
const NOTICES = 'canvas_sync_notices'
const NOTHING_MORE = { batch_id: null, progress: null }

/** See `NotificationStore.settle`; inside of a transaction. */
export async function settleBatch(connection: SqlConnection, settlement: Settlement): Promise<void> {
  const { query } = connection
  const { ids, at, withdrawn, postponed, outcome } = settlement
  const gone = new Set([...withdrawn, ...postponed.map(({ id }) => id)])
  const told = ids.filter((id) => !gone.has(id))
  // In the order of a claim: channel, rows.
  const of_channel = query.selectFrom(CHANNELS).select('channel').where('channel', '=', settlement.channel)
  await forUpdate(of_channel, connection.dialect).execute()
  if (withdrawn.length > 0) {
    await query
      .updateTable(OUTBOX)
      .set({ state: 'withdrawn', ...NOTHING_MORE })
      .where('id', 'in', withdrawn)
      .where(IS_WAITING)
      .execute()
    await forgetUntold(connection, settlement)
  }
  for (const { id, due_at } of postponed) {
    await query
      .updateTable(OUTBOX)
      .set({ due_at, batch_id: null })
      .where('id', '=', id)
      .where(IS_WAITING)
      .execute()
  }
  const [lead] = told
  if (outcome !== 'nothing' && lead !== undefined) {
    await noteAttempt(connection, settlement, lead)
    if (outcome === 'sent') await markSent(connection, settlement, told, lead)
    else if (outcome === 'failed') await markFailed(connection, settlement, told)
    else await keepForLater(connection, settlement, told)
  }
  if (outcome === 'nothing' && told.length > 0) {
    await query.updateTable(OUTBOX).set({ batch_id: null }).where('id', 'in', told).execute()
  }
  await noteChannel(connection, settlement, at)
}

async function noteAttempt(
  { query }: SqlConnection,
  { at, duration_ms, outcome, error, retry_after_ms }: Settlement,
  notification_id: number,
): Promise<void> {
  if (outcome === 'nothing') return
  const attempted_at = at - duration_ms
  await query
    .insertInto(ATTEMPTS)
    .values({ notification_id, attempted_at, duration_ms, outcome, error, retry_after_ms })
    .execute()
}

async function markSent(
  { query }: SqlConnection,
  { channel, at, told, reference, error }: Settlement,
  ids: readonly number[],
  lead: number,
): Promise<void> {
  const attempts = sql<number>`attempts + 1`
  const done = { sent_at: at, progress: null, attempts }
  await query
    .updateTable(OUTBOX)
    .set({ ...done, state: 'sent', last_error: error, batch_id: null })
    .where('id', '=', lead)
    .execute()
  const rest = ids.filter((id) => id !== lead)
  if (rest.length > 0) {
    await query
      .updateTable(OUTBOX)
      .set({ ...done, state: 'combined', last_error: null, batch_id: lead })
      .where('id', 'in', rest)
      .execute()
  }
  for (const { incident_id, state, next_reminder_at } of told) {
    const known = { state, told_at: at, next_reminder_at, ...(reference === null ? {} : { reference }) }
    await query
      .updateTable(NOTICES)
      .set(known)
      .where('incident_id', '=', incident_id)
      .where('channel', '=', channel)
      .execute()
  }
}

async function markFailed(
  connection: SqlConnection,
  settlement: Settlement,
  ids: readonly number[],
): Promise<void> {
  await connection.query
    .updateTable(OUTBOX)
    .set({
      state: 'failed',
      last_error: settlement.error,
      attempts: sql<number>`attempts + 1`,
      ...NOTHING_MORE,
    })
    .where('id', 'in', ids)
    .where(IS_WAITING)
    .execute()
  await forgetUntold(connection, settlement)
}

async function keepForLater(
  { query }: SqlConnection,
  { error, progress, keeps_batch, reader_due_at }: Settlement,
  ids: readonly number[],
): Promise<void> {
  await query
    .updateTable(OUTBOX)
    .set({
      last_error: error,
      progress,
      attempts: sql<number>`attempts + 1`,
      ...(keeps_batch ? {} : { batch_id: null }),
      ...(reader_due_at === null ? {} : { due_at: reader_due_at }),
    })
    .where('id', 'in', ids)
    .where(IS_WAITING)
    .execute()
}

/** What was never told and waits no more: its end is not told either, and it may be told when it is released. */
async function forgetUntold({ query }: SqlConnection, { channel, ids }: Settlement): Promise<void> {
  const about = query.selectFrom(OUTBOX).select('incident_id').where('id', 'in', ids)
  const waiting = query
    .selectFrom(OUTBOX)
    .select('incident_id')
    .where('channel', '=', channel)
    .where(IS_WAITING)
    .where('kind', '=', 'incident')
    .where('incident_id', 'is not', null)
  await query
    .deleteFrom(NOTICES)
    .where('channel', '=', channel)
    .where('state', '=', 'planned')
    .where('incident_id', 'in', about)
    .where('incident_id', 'not in', waiting)
    .execute()
}

/** Its lease ends; a sender that has lost it leaves the channel as it is. */
async function noteChannel(
  { query }: SqlConnection,
  { channel, holder, outcome, error, next_allowed_at, retry_at, told, reader_due_at }: Settlement,
  at: number,
): Promise<void> {
  const free = { claimed_by: null, claimed_until: 0 }
  const well = { failures: 0, failing_since: null, retry_at: 0, next_allowed_at }
  const ill = {
    failures: sql<number>`failures + 1`,
    failing_since: sql<number>`coalesce(failing_since, ${at})`,
    last_error: error,
    retry_at,
    next_allowed_at,
  }
  const so = {
    nothing: {},
    // A message that is refused for good says nothing about the next one.
    failed: {
      last_error: error,
      next_allowed_at,
      ...(error === null ? {} : { failing_since: ill.failing_since }),
    },
    again: ill,
    sent: { ...well, last_ok_at: at, last_error: null, ...(told.length > 0 ? { last_message_at: at } : {}) },
  }[outcome]
  await query
    .updateTable(CHANNELS)
    .set({ ...free, ...(reader_due_at === null ? so : { next_allowed_at }) })
    .where('channel', '=', channel)
    .where('claimed_by', '=', holder)
    .execute()
}
