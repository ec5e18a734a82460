import type { DeliveryAttempt, Notification } from '../../../core/notification.ts'
import type {
  ChannelClaim,
  ChannelState,
  ClaimedBatch,
  NewNotification,
  Notice,
  NotificationPage,
  NotificationQuery,
  NotificationStore,
  PlanStep,
  Settlement,
} from '../../notifications.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { claimChannel, readNotices } from './claim-channel.ts'
import { readChannels, readOne, expireWaiting, pruneLog, readPage } from './notification-log.ts'
import { insertNotifications, passOnWaiting, planStep } from './plan-notifications.ts'
import { settleBatch } from './settle-batch.ts'
import { IS_WAITING } from './waiting-rows.ts'

/** {@link NotificationStore} in the SQL that both engines understand. */
export class SqlNotificationStore implements NotificationStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  place(): Promise<number> {
    return this.#database.read(async ({ query }) => {
      const row = await query
        .selectFrom('canvas_sync_notification_place')
        .select('through')
        .executeTakeFirst()
      return row?.through ?? 0
    })
  }

  plan(step: PlanStep): Promise<boolean> {
    return this.#database.write((connection) => planStep(connection, step))
  }

  add(notifications: readonly NewNotification[]): Promise<number[]> {
    return this.#database.write((connection) => insertNotifications(connection, notifications))
  }

  claim(claim: ChannelClaim): Promise<ClaimedBatch | null> {
    return this.#database.write((connection) => claimChannel(connection, claim))
  }

  settle(settlement: Settlement): Promise<void> {
    return this.#database.write((connection) => settleBatch(connection, settlement))
  }

  holders(): Promise<string[]> {
    return this.#database.read(async ({ query }) => {
      const held = query
        .selectFrom('canvas_sync_channels')
        .select('claimed_by')
        .where('claimed_by', 'is not', null)
      return (await held.execute()).map(({ claimed_by }) => claimed_by ?? '')
    })
  }

  async release(holders: readonly string[]): Promise<number> {
    if (holders.length === 0) return 0
    const { numUpdatedRows } = await this.#database.write(({ query }) =>
      query
        .updateTable('canvas_sync_channels')
        .set({ claimed_by: null, claimed_until: 0 })
        .where('claimed_by', 'in', holders)
        .executeTakeFirst(),
    )
    return Number(numUpdatedRows)
  }

  nextDue(channels: readonly string[]): Promise<number | null> {
    return this.#database.read(async ({ query }) => {
      let soonest: number | null = null
      for (const channel of channels) {
        const first = await query
          .selectFrom('canvas_sync_notifications')
          .select('due_at')
          .where('channel', '=', channel)
          .where(IS_WAITING)
          .orderBy('due_at')
          .limit(1)
          .executeTakeFirst()
        if (first === undefined) continue
        const state = await query
          .selectFrom('canvas_sync_channels')
          .selectAll()
          .where('channel', '=', channel)
          .executeTakeFirst()
        const { next_allowed_at = 0, retry_at = 0, claimed_until = 0 } = state ?? {}
        const due_at = Math.max(first.due_at, next_allowed_at, retry_at, claimed_until)
        soonest = Math.min(soonest ?? due_at, due_at)
      }
      return soonest
    })
  }

  notices(incident_ids: readonly number[]): Promise<Notice[]> {
    return this.#database.read((connection) => readNotices(connection, incident_ids))
  }

  dueReminders(now: number, limit: number): Promise<Notice[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom('canvas_sync_notices')
        .selectAll()
        .where('next_reminder_at', '<=', now)
        .orderBy('next_reminder_at')
        .limit(limit)
        .execute(),
    )
  }

  passOn(from: string, to: string, now: number, limit: number): Promise<number> {
    return this.#database.write((connection) => passOnWaiting(connection, from, to, now, limit))
  }

  async wake(channel: string, now: number): Promise<void> {
    await this.#database.write(({ query }) =>
      query
        .updateTable('canvas_sync_channels')
        .set({ retry_at: 0 })
        .where('channel', '=', channel)
        .where('retry_at', '>', now)
        .execute(),
    )
  }

  channels(): Promise<ChannelState[]> {
    return this.#database.read(readChannels)
  }

  page(query: NotificationQuery): Promise<NotificationPage> {
    return this.#database.read((connection) => readPage(connection, query))
  }

  find(id: number): Promise<Notification | null> {
    return this.#database.read((connection) => readOne(connection, id))
  }

  attempts(notification_id: number): Promise<DeliveryAttempt[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom('canvas_sync_notification_attempts')
        .select(['notification_id', 'attempted_at', 'duration_ms', 'outcome', 'error', 'retry_after_ms'])
        .where('notification_id', '=', notification_id)
        .orderBy('id')
        .limit(1000)
        .execute(),
    )
  }

  expire(now: number, limit: number): Promise<number> {
    return this.#database.write((connection) => expireWaiting(connection, now, limit))
  }

  prune(made_before: number, limit: number): Promise<number> {
    return this.#database.write((connection) => pruneLog(connection, made_before, limit))
  }
}
