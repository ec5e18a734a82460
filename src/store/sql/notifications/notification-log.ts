import type { Selectable } from 'kysely'
import type { Notification } from '../../../core/notification.ts'
import type { ChannelState, NotificationPage, NotificationQuery } from '../../notifications.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { NotificationsTable } from './notification-tables.ts'
import { IS_WAITING } from './waiting-rows.ts'

const OUTBOX = 'canvas_sync_notifications'
const ATTEMPTS = 'canvas_sync_notification_attempts'

/** Rows of a page that are looked at. */
const MOST_LOOKED_AT = 5000

export async function readPage(
  connection: SqlConnection,
  { channel, states, kinds, limit, after_id = null }: NotificationQuery,
): Promise<NotificationPage> {
  const { query } = connection
  const looked = query
    .selectFrom(OUTBOX)
    .selectAll()
    .$if(after_id !== null, (rows) => rows.where('id', '<', after_id ?? 0))
    .orderBy('id', 'desc')
    .limit(MOST_LOOKED_AT)
  const last_looked = await query
    .selectFrom(looked.as('looked'))
    .select((of) => [of.fn.min('id').as('id'), of.fn.countAll().as('count')])
    .executeTakeFirst()
  const is_end = Number(last_looked?.count ?? 0) < MOST_LOOKED_AT
  const rows = await query
    .selectFrom(looked.as('looked'))
    .selectAll()
    .where('state', '!=', 'combined')
    .$if(channel !== undefined, (found) => found.where('channel', '=', channel ?? ''))
    .$if(states !== undefined, (found) => found.where('state', 'in', states ?? []))
    .$if(kinds !== undefined, (found) => found.where('kind', 'in', kinds ?? []))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  return {
    notifications: await describe(connection, page),
    // What lies behind those that were looked at may match too: there is a next page, perhaps an empty one.
    next_id: rows.length > limit ? (page.at(-1)?.id ?? null) : is_end ? null : (last_looked?.id ?? null),
  }
}

export async function readOne(connection: SqlConnection, id: number): Promise<Notification | null> {
  const row = await connection.query.selectFrom(OUTBOX).selectAll().where('id', '=', id).executeTakeFirst()
  const [found] = row === undefined ? [] : await describe(connection, [row])
  return found ?? null
}

async function describe(
  { query }: SqlConnection,
  rows: readonly Selectable<NotificationsTable>[],
): Promise<Notification[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const others = await query
    .selectFrom(OUTBOX)
    .select(['batch_id', 'incident_id'])
    .where('batch_id', 'in', ids)
    .where('state', '=', 'combined')
    .orderBy('id')
    .execute()
  const with_it = Map.groupBy(others, ({ batch_id }) => batch_id)
  return rows.map((row) => {
    const all = [row, ...(with_it.get(row.id) ?? [])].map(({ incident_id }) => incident_id)
    const { id, channel, kind, report_id, state, created_at, due_at, attempts, sent_at, last_error } = row
    const incident_ids = [...new Set(all.filter((incident_id) => incident_id !== null))]
    return {
      id,
      channel,
      kind,
      incident_ids,
      report_id,
      state,
      created_at,
      due_at,
      attempts,
      sent_at,
      last_error,
    }
  })
}

export async function readChannels({ query }: SqlConnection): Promise<ChannelState[]> {
  const rows = await query.selectFrom('canvas_sync_channels').selectAll().orderBy('channel').execute()
  const counts = await query
    .selectFrom(OUTBOX)
    .select((of) => ['channel', of.fn.countAll().as('waiting')])
    .where(IS_WAITING)
    .groupBy('channel')
    .execute()
  const waiting = new Map(counts.map((count) => [count.channel, Number(count.waiting)]))
  return rows.map(
    ({ channel, last_ok_at, failing_since, failures, last_error, retry_at, next_allowed_at }) => ({
      channel,
      last_ok_at,
      failing_since,
      failures,
      last_error,
      retry_at: failing_since === null ? null : Math.max(retry_at, next_allowed_at),
      waiting: waiting.get(channel) ?? 0,
    }),
  )
}

/** See `NotificationStore.expire`. */
export async function expireWaiting({ query }: SqlConnection, now: number, limit: number): Promise<number> {
  const expired = query
    .selectFrom(OUTBOX)
    .select('id')
    .where(IS_WAITING)
    .where('expires_at', '<=', now)
    .limit(limit)
  const { numUpdatedRows } = await query
    .updateTable(OUTBOX)
    .set({ state: 'failed', last_error: 'expired', batch_id: null, progress: null })
    .where('id', 'in', expired)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** See `NotificationStore.prune`; inside of a transaction. */
export async function pruneLog(
  { query }: SqlConnection,
  made_before: number,
  limit: number,
): Promise<number> {
  const oldest = await query
    .selectFrom(OUTBOX)
    .select(['id', 'state', 'created_at'])
    .orderBy('id')
    .limit(limit)
    .execute()
  const ids = oldest
    .filter(({ state, created_at }) => state !== 'waiting' && created_at < made_before)
    .map(({ id }) => id)
  if (ids.length > 0) {
    await query.deleteFrom(ATTEMPTS).where('notification_id', 'in', ids).execute()
    await query.deleteFrom(OUTBOX).where('id', 'in', ids).execute()
  }
  return ids.length
}
