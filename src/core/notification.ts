/** Why a message is sent. */
export const NOTIFICATION_KINDS = ['incident', 'reminder', 'recovery', 'report', 'test'] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

/** Those about incidents: what waits of them for a channel is told in one message. */
export const INCIDENT_KINDS: readonly NotificationKind[] = ['incident', 'reminder', 'recovery']

/**
 * `waiting`: to be sent at `due_at`, for the first time or again. `sent`: the channel took it. `failed`: it was refused for
 * good, or tried for too long. `combined`: another message told what it would have told. `withdrawn`: before it was sent,
 * nobody wanted to hear of it any more: it was muted, a larger incident explains it, or there was nothing to take back.
 */
export const NOTIFICATION_STATES = ['waiting', 'sent', 'failed', 'combined', 'withdrawn'] as const
export type NotificationState = (typeof NOTIFICATION_STATES)[number]

export const CHANNEL_KINDS = ['slack', 'mail', 'webhook', 'stdout'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** One message to one channel. Times are epoch milliseconds. */
export interface Notification {
  readonly id: number
  readonly channel: string
  readonly kind: NotificationKind
  /** What is told: incident ids, a report's id; in the order in which they are told. */
  readonly incident_ids: readonly number[]
  readonly report_id: number | null
  readonly state: NotificationState
  readonly created_at: number
  readonly due_at: number
  readonly attempts: number
  readonly sent_at: number | null
  /** A closed word such as `http_500`, `timeout`, `smtp_550`; never a server's own words. */
  readonly last_error: string | null
}

/** How one attempt went: the delivery log. */
export interface DeliveryAttempt {
  readonly notification_id: number
  readonly attempted_at: number
  readonly duration_ms: number
  readonly outcome: 'sent' | 'again' | 'failed'
  readonly error: string | null
  /** What the channel asked for (`Retry-After`), milliseconds. */
  readonly retry_after_ms: number | null
}
