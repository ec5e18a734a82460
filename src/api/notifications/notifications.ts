import { z } from 'zod'
import { NOTIFICATION_KINDS, NOTIFICATION_STATES } from '../../core/notification.ts'
import type { NotificationKind, NotificationState } from '../../core/notification.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor as cursorParameter, readCursor, writeCursor } from '../http/cursor.ts'
import { pageLinks } from '../http/page-links.ts'
import { limit, wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import {
  attemptRecord,
  attemptSchema,
  channelRecord,
  channelSchema,
  notificationRecord,
  notificationSchema,
  type AttemptRecord,
  type ChannelRecord,
  type NotificationRecord,
} from './notification-records.ts'

export interface NotificationList {
  readonly count: number
  readonly notifications: readonly NotificationRecord[]
  /** Null when there is no more. */
  readonly next_cursor: string | null
}

export const notificationListSchema: z.ZodType<NotificationList> = z
  .object({
    count: z.int().min(0),
    notifications: z.array(notificationSchema),
    next_cursor: z.string().nullable(),
  })
  .meta({ title: 'NotificationList' })

const name_error = '1 to 50 characters'
export const channelName: z.ZodType<string> = z
  .string({ error: name_error })
  .min(1, { error: name_error })
  .max(50, { error: name_error })
  .meta({ description: 'The name of the channel' })

const oneOf = (values: readonly string[]): { error: string } => ({ error: `one of ${values.join(', ')}` })

interface NotificationListInput {
  readonly channel: string | undefined
  readonly state: NotificationState | undefined
  readonly kind: NotificationKind | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

export const NOTIFICATION_LIST_PARAMETERS: Members<NotificationListInput> = {
  channel: channelName.optional().meta({ description: 'Only of this channel' }),
  state: z
    .enum(NOTIFICATION_STATES, oneOf(NOTIFICATION_STATES))
    .optional()
    .meta({ description: 'Only those with which it stands so' }),
  kind: z
    .enum(NOTIFICATION_KINDS, oneOf(NOTIFICATION_KINDS))
    .optional()
    .meta({ description: 'Only of this kind' }),
  limit: limit(50, 200).meta({ description: 'At most so many notifications' }),
  cursor: cursorParameter,
}

export async function getNotifications(
  { limit, cursor, ...filters }: NotificationListInput,
  { store }: ApiServices,
): Promise<Answer> {
  const read = readCursor(cursor, filters, z.int().min(0))
  if ('refused' in read) return read.refused
  const { channel, state, kind } = filters
  const page = await store.notifications.page({
    limit,
    after_id: read.place,
    ...(channel === undefined ? {} : { channel }),
    ...(state === undefined ? {} : { states: [state] }),
    ...(kind === undefined ? {} : { kinds: [kind] }),
  })
  const next_cursor = page.next_id === null ? null : writeCursor(filters, page.next_id)
  const notifications = page.notifications.map(notificationRecord)
  const body: NotificationList = { count: notifications.length, notifications, next_cursor }
  return { ...ok(body), headers: pageLinks(`${BASE}/notifications`, { ...filters, limit }, next_cursor) }
}

export interface NotificationDetails {
  readonly notification: NotificationRecord
  /** In the order of their times. */
  readonly attempts: readonly AttemptRecord[]
}

export const notificationDetailsSchema: z.ZodType<NotificationDetails> = z
  .object({ notification: notificationSchema, attempts: z.array(attemptSchema) })
  .meta({ title: 'NotificationDetails' })

export const notificationId: z.ZodType<number> = wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({
  description: 'The id of the notification',
})

export async function getNotification(
  { notification_id: id }: { notification_id: number },
  { store }: ApiServices,
): Promise<Answer> {
  const [notification, attempts] = await Promise.all([
    store.notifications.find(id),
    store.notifications.attempts(id),
  ])
  if (notification === null) return problem(404, 'There is no such notification.')
  const body: NotificationDetails = {
    notification: notificationRecord(notification),
    attempts: attempts.map(attemptRecord),
  }
  return ok(body)
}

export interface ChannelList {
  readonly count: number
  readonly channels: readonly ChannelRecord[]
}

export const channelListSchema: z.ZodType<ChannelList> = z
  .object({ count: z.int().min(0), channels: z.array(channelSchema) })
  .meta({ title: 'ChannelList' })

export async function getChannels(_input: unknown, { store, delivery, clock }: ApiServices): Promise<Answer> {
  const states = await store.notifications.channels()
  const channels = (delivery?.channels ?? []).map((known) =>
    channelRecord(
      known,
      states.find(({ channel }) => channel === known.name),
      clock.now(),
    ),
  )
  const body: ChannelList = { count: channels.length, channels }
  return ok(body)
}

export interface TestedChannel {
  readonly notification_id: number
  readonly message: string
}

export const testedChannelSchema: z.ZodType<TestedChannel> = z
  .object({ notification_id: z.int().min(1), message: z.string() })
  .meta({ title: 'TestedChannel' })

/** The test goes by the outbox, as everything does: how it went is in the list of notifications. */
export async function testChannel(
  { name }: { name: string },
  { delivery }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  if (delivery === undefined || !delivery.channels.some((channel) => channel.name === name)) {
    return problem(404, 'There is no channel with this name.')
  }
  await audit.changed('channel_tested', { target: name })
  const notification_id = await delivery.test(name)
  const message = 'The test is in the outbox; the list of notifications says how it went.'
  const body: TestedChannel = { notification_id, message }
  return { status: 202, body }
}
