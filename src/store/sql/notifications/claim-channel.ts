import type { ChannelClaim, ClaimedBatch, Notice, OutboxRow } from '../../notifications.ts'
import { forUpdate } from '../for-update.ts'
import { CLOCKS_DIFFER_MS } from '../../../core/notification-group.ts'
import { INCIDENT_KINDS } from '../../../core/notification.ts'
import type { SqlConnection } from '../sql-database.ts'
import { IS_WAITING } from './waiting-rows.ts'

const OUTBOX = 'canvas_sync_notifications'
const CHANNELS = 'canvas_sync_channels'
const NOTICES = 'canvas_sync_notices'
/** What waits and is looked through for what is urgent. */
const MOST_LOOKED_AT = 2000
/** Attempts at one message before others are sent first. */
const STUCK_AFTER = 3

const ROW = [
  'id',
  'kind',
  'incident_id',
  'report_id',
  'reader',
  'created_at',
  'expires_at',
  'attempts',
  'progress',
] as const

/** See `NotificationStore.claim`; inside of a transaction. */
export async function claimChannel(
  connection: SqlConnection,
  { channel, holder, now, lease_ms, gap_ms, most }: ChannelClaim,
): Promise<ClaimedBatch | null> {
  const { query, dialect } = connection
  await query
    .insertInto(CHANNELS)
    .values({ channel })
    .onConflict((conflict) => conflict.column('channel').doNothing())
    .execute()
  const state = await forUpdate(
    query.selectFrom(CHANNELS).selectAll().where('channel', '=', channel),
    dialect,
  ).executeTakeFirstOrThrow()
  const held_until = now + lease_ms
  const { claimed_by, claimed_until } = state
  const is_held = claimed_until > now && claimed_until <= held_until + CLOCKS_DIFFER_MS
  if (claimed_by !== null && is_held) return null
  if (state.next_allowed_at > now || state.retry_at > now) return null
  const { last_message_at } = state
  const incidents_too =
    last_message_at === null || last_message_at > now + CLOCKS_DIFFER_MS || now - last_message_at >= gap_ms
  const begun = await begunRows(connection, channel, most)
  const fresh = begun.is_stuck ? await dueRows(connection, channel, now, incidents_too, most) : []
  const rows = fresh.length > 0 ? fresh : begun.rows
  const [lead] = rows
  if (lead === undefined) return null
  const ids = rows.map(({ id }) => id)
  await query.updateTable(OUTBOX).set({ batch_id: lead.id }).where('id', 'in', ids).execute()
  await query
    .updateTable(CHANNELS)
    .set({ claimed_by: holder, claimed_until: held_until })
    .where('channel', '=', channel)
    .execute()
  const incident_ids = [...new Set(rows.map(({ incident_id }) => incident_id).filter((id) => id !== null))]
  const notices = await readNotices(connection, incident_ids, channel)
  return { channel, holder, rows, notices, failures: state.failures }
}

interface BegunRows {
  readonly rows: readonly OutboxRow[]
  /** Nothing was begun, or it was tried so often that it must not hold up the rest. */
  readonly is_stuck: boolean
}

/**
 * What somebody was sending when he was killed, or what may have arrived: it is sent again under the same name. One message
 * that never gets through lets others pass; of two, which a channel that is away makes too, the rest waits.
 */
async function begunRows({ query }: SqlConnection, channel: string, most: number): Promise<BegunRows> {
  const begun = await query
    .selectFrom(OUTBOX)
    .select((of) => ['batch_id', of.fn.max('attempts').as('attempts')])
    .where('channel', '=', channel)
    .where(IS_WAITING)
    .where('batch_id', 'is not', null)
    .groupBy('batch_id')
    .execute()
  const [first, ...others] = begun.toSorted(
    (a, b) => a.attempts - b.attempts || (a.batch_id ?? 0) - (b.batch_id ?? 0),
  )
  if (first === undefined) return { rows: [], is_stuck: true }
  const rows = await query
    .selectFrom(OUTBOX)
    .select(ROW)
    .where('batch_id', '=', first.batch_id)
    .where(IS_WAITING)
    .orderBy('id')
    .limit(most)
    .execute()
  return { rows, is_stuck: others.length === 0 && first.attempts >= STUCK_AFTER }
}

/** What is urgent first: all that is due about incidents, in one message; or else one of the others. */
async function dueRows(
  { query }: SqlConnection,
  channel: string,
  now: number,
  incidents_too: boolean,
  most: number,
): Promise<OutboxRow[]> {
  const waiting = await query
    .selectFrom(OUTBOX)
    .select(['id', 'kind', 'due_at'])
    .where('channel', '=', channel)
    .where(IS_WAITING)
    .where('earliest_at', '<=', now)
    .where('batch_id', 'is', null)
    .orderBy('due_at')
    .orderBy('id')
    .limit(MOST_LOOKED_AT)
    .execute()
  const about_incidents = waiting.filter(({ kind }) => INCIDENT_KINDS.includes(kind))
  const is_due = ({ due_at }: { readonly due_at: number }): boolean => due_at <= now
  const others = waiting.filter((row) => !INCIDENT_KINDS.includes(row.kind) && is_due(row))
  // Once there is a message, what would wait for the next one of its group need not.
  const tells = incidents_too && about_incidents.some(is_due)
  const chosen = tells ? about_incidents.slice(0, most) : others.slice(0, 1)
  if (chosen.length === 0) return []
  const ids = chosen.map(({ id }) => id)
  return await query.selectFrom(OUTBOX).select(ROW).where('id', 'in', ids).orderBy('id').execute()
}

export async function readNotices(
  { query }: SqlConnection,
  incident_ids: readonly number[],
  channel?: string,
): Promise<Notice[]> {
  if (incident_ids.length === 0) return []
  return await query
    .selectFrom(NOTICES)
    .selectAll()
    .where('incident_id', 'in', incident_ids)
    .$if(channel !== undefined, (notices) => notices.where('channel', '=', channel ?? ''))
    .orderBy('incident_id')
    .orderBy('channel')
    .execute()
}
