import { INCIDENT_KINDS } from '../../../core/notification.ts'
import { groupDue } from '../../../core/notification-group.ts'
import type { NewNotification, PlanStep } from '../../notifications.ts'
import type { SqlConnection } from '../sql-database.ts'
import { IS_WAITING } from './waiting-rows.ts'

const OUTBOX = 'canvas_sync_notifications'
const GROUPS = 'canvas_sync_notification_groups'
const NOTICES = 'canvas_sync_notices'
const PLACE = 'canvas_sync_notification_place'

/** See `NotificationStore.plan`; inside of a transaction. */
export async function planStep(
  connection: SqlConnection,
  { after, through, notifications, reminders }: PlanStep,
): Promise<boolean> {
  const { query } = connection
  await connection.lock('canvas_sync_notification_place')
  const { numUpdatedRows } = await query
    .updateTable(PLACE)
    .set({ through })
    .where('through', '=', after)
    .executeTakeFirst()
  if (Number(numUpdatedRows) === 0) return false
  await insertNotifications(connection, notifications)
  for (const { incident_id, channel, next_reminder_at } of reminders) {
    await query
      .updateTable(NOTICES)
      .set({ next_reminder_at })
      .where('incident_id', '=', incident_id)
      .where('channel', '=', channel)
      .execute()
  }
  return true
}

/** The ids, in their order; whoever calls holds the lock on the plan, or adds nothing with a group. */
export async function insertNotifications(
  connection: SqlConnection,
  notifications: readonly NewNotification[],
): Promise<number[]> {
  const ids: number[] = []
  for (const notification of notifications) ids.push(await insertOne(connection, notification))
  return ids
}

async function insertOne(
  connection: SqlConnection,
  { group, repeat_ms, ...row }: NewNotification,
): Promise<number> {
  const { query } = connection
  const known = query.selectFrom(OUTBOX).select('id').where('dedup_key', '=', row.dedup_key)
  const before = await known.executeTakeFirst()
  if (before !== undefined) return before.id
  const due_at = group === null ? row.due_at : Math.max(row.due_at, await dueInGroup(connection, row, group))
  const inserted = await query
    .insertInto(OUTBOX)
    .values({ ...row, earliest_at: row.due_at, due_at, state: 'waiting' })
    .onConflict((conflict) => conflict.column('dedup_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  // Two servers add the same report.
  if (inserted === undefined) return (await known.executeTakeFirstOrThrow()).id
  if (row.kind === 'incident' && row.incident_id !== null) {
    await planNotice(connection, row.incident_id, row.channel, repeat_ms)
  }
  return inserted.id
}

/** What is due only later, because of quiet hours, does not hold up what is not. */
async function dueInGroup(
  { query }: SqlConnection,
  { channel, created_at }: Pick<NewNotification, 'channel' | 'created_at'>,
  group: NonNullable<NewNotification['group']>,
): Promise<number> {
  const last = await query
    .selectFrom(GROUPS)
    .select('due_at')
    .where('channel', '=', channel)
    .where('group_key', '=', group.key)
    .executeTakeFirst()
  const due_at = groupDue(last?.due_at ?? null, created_at, group)
  await query
    .insertInto(GROUPS)
    .values({ channel, group_key: group.key, due_at })
    .onConflict((conflict) => conflict.columns(['channel', 'group_key']).doUpdateSet({ due_at }))
    .execute()
  return due_at
}

/** One that was told stays told, with its message, while it is told again. */
async function planNotice(
  { query }: SqlConnection,
  incident_id: number,
  channel: string,
  repeat_ms: number | null,
): Promise<void> {
  const told = { told_at: null, reference: null, next_reminder_at: null }
  const row = { incident_id, channel, state: 'planned', repeat_ms: repeat_ms ?? 0, ...told } as const
  await query
    .insertInto(NOTICES)
    .values(row)
    .onConflict((conflict) => conflict.columns(['incident_id', 'channel']).doNothing())
    .execute()
  await query
    .updateTable(NOTICES)
    .set(row)
    .where('incident_id', '=', incident_id)
    .where('channel', '=', channel)
    .where('state', '=', 'over')
    .execute()
}

/** See `NotificationStore.passOn`; inside of a transaction. */
export async function passOnWaiting(
  connection: SqlConnection,
  from: string,
  to: string,
  now: number,
  limit: number,
): Promise<number> {
  const { query } = connection
  await connection.lock('canvas_sync_notification_place')
  const rows = await query
    .selectFrom(OUTBOX)
    .selectAll()
    .where('channel', '=', from)
    .where(IS_WAITING)
    .where('due_at', '<=', now)
    .where('passed_on', '=', 0)
    // A test is about the channel itself, and a report can wait.
    .where('kind', 'in', INCIDENT_KINDS)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  if (rows.length === 0) return 0
  const ids = rows.map(({ id }) => id)
  await query.updateTable(OUTBOX).set({ passed_on: 1 }).where('id', 'in', ids).execute()
  let passed = 0
  for (const { id, kind, incident_id } of rows) {
    if (kind === 'incident' && (await knows(connection, to, incident_id))) continue
    const whose = { channel: to, kind, incident_id, report_id: null, reader: null }
    const times = { created_at: now, due_at: now, expires_at: now + EXPIRES_MS }
    const row = { ...whose, ...times, dedup_key: `passed-on:${id}:${to}`, group: null, repeat_ms: null }
    await insertOne(connection, row)
    passed++
  }
  return passed
}

const EXPIRES_MS = 86_400_000

async function knows(
  { query }: SqlConnection,
  channel: string,
  incident_id: number | null,
): Promise<boolean> {
  if (incident_id === null) return false
  const notice = await query
    .selectFrom(NOTICES)
    .select('state')
    .where('incident_id', '=', incident_id)
    .where('channel', '=', channel)
    .executeTakeFirst()
  return notice !== undefined && notice.state !== 'over'
}
