import type { Generated } from 'kysely'
import type { NotificationKind, NotificationState } from '../../../core/notification.ts'
import type { NoticeState } from '../../notifications.ts'

export interface NotificationsTable {
  id: Generated<number>
  dedup_key: string
  channel: string
  kind: NotificationKind
  incident_id: number | null
  report_id: number | null
  reader: string | null
  state: NotificationState
  created_at: number
  earliest_at: number
  due_at: number
  expires_at: number
  batch_id: number | null
  attempts: Generated<number>
  sent_at: number | null
  last_error: string | null
  progress: string | null
  passed_on: Generated<0 | 1>
}

export interface NotificationAttemptsTable {
  id: Generated<number>
  notification_id: number
  attempted_at: number
  duration_ms: number
  outcome: 'sent' | 'again' | 'failed'
  error: string | null
  retry_after_ms: number | null
}

export interface NotificationGroupsTable {
  channel: string
  group_key: string
  due_at: number
}

export interface NotificationPlaceTable {
  through: number
}

export interface NoticesTable {
  incident_id: number
  channel: string
  state: NoticeState
  repeat_ms: number
  told_at: number | null
  reference: string | null
  next_reminder_at: number | null
}

export interface ChannelsTable {
  channel: string
  claimed_by: string | null
  claimed_until: Generated<number>
  next_allowed_at: Generated<number>
  retry_at: Generated<number>
  failures: Generated<number>
  last_ok_at: number | null
  failing_since: number | null
  last_error: string | null
  last_message_at: number | null
}

/** Of the outbox and its log. */
export interface NotificationTables {
  canvas_sync_notifications: NotificationsTable
  canvas_sync_notification_attempts: NotificationAttemptsTable
  canvas_sync_notification_groups: NotificationGroupsTable
  canvas_sync_notification_place: NotificationPlaceTable
  canvas_sync_notices: NoticesTable
  canvas_sync_channels: ChannelsTable
}
