import type { GroupTimes } from '../core/notification-group.ts'
import type {
  DeliveryAttempt,
  Notification,
  NotificationKind,
  NotificationState,
} from '../core/notification.ts'

/** A message to plan. Times are epoch milliseconds. */
export interface NewNotification {
  /** Of those with the same key there is one, whoever adds it: 1 to 200 characters. */
  readonly dedup_key: string
  readonly channel: string
  readonly kind: NotificationKind
  readonly incident_id: number | null
  readonly report_id: number | null
  /** Of a report that goes to one person: the digest of the address. What is told is made when it is sent. */
  readonly reader: string | null
  readonly created_at: number
  /** Not sooner, whatever else is told. */
  readonly due_at: number
  /** Not tried any more from then on. */
  readonly expires_at: number
  /** What it waits for together with others; null to be sent alone. */
  readonly group: (GroupTimes & { readonly key: string }) | null
  /** Of one that opens an incident: how often it is told again while it is open, milliseconds; null for never. */
  readonly repeat_ms: number | null
}

/** Which changes of incidents were looked at, and what is to be told of them: all of it or nothing is written. */
export interface PlanStep {
  /** The place from which they were read; when it is not that any more, nothing is written. */
  readonly after: number
  readonly through: number
  readonly notifications: readonly NewNotification[]
  /** Reminders whose time has come, and when the next ones are due; null for no more. */
  readonly reminders: readonly Pick<Notice, 'incident_id' | 'channel' | 'next_reminder_at'>[]
}

/** `planned`: it waits to be told. `told`: the channel knows that it is open. `over`: the channel knows that it is over. */
export const NOTICE_STATES = ['planned', 'told', 'over'] as const
export type NoticeState = (typeof NOTICE_STATES)[number]

/** What a channel knows of an incident. */
export interface Notice {
  readonly incident_id: number
  readonly channel: string
  readonly state: NoticeState
  /** Milliseconds; 0 for never. */
  readonly repeat_ms: number
  readonly told_at: number | null
  /** The channel's own name for the message in which it was told. */
  readonly reference: string | null
  readonly next_reminder_at: number | null
}

export interface ChannelClaim {
  readonly channel: string
  /** Unique for each sender. */
  readonly holder: string
  readonly now: number
  /** How long nobody else sends to the channel. Must be longer than an attempt takes. */
  readonly lease_ms: number
  /** How long after a message about incidents the next one waits. */
  readonly gap_ms: number
  /** Rows in one message, at most. */
  readonly most: number
}

/** A row of the outbox as its sender sees it. */
export interface OutboxRow {
  readonly id: number
  readonly kind: NotificationKind
  readonly incident_id: number | null
  readonly report_id: number | null
  readonly reader: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly attempts: number
  readonly progress: string | null
}

/** What one message is to tell, and whoever holds it. */
export interface ClaimedBatch {
  readonly channel: string
  readonly holder: string
  /** At least one; the message has the name of the first one. */
  readonly rows: readonly OutboxRow[]
  /** What the channel knows of their incidents. */
  readonly notices: readonly Notice[]
  /** How often in a row the channel has failed. */
  readonly failures: number
}

/** How one attempt, or the look before it, went. */
export interface Settlement {
  readonly channel: string
  readonly holder: string
  /** All rows that were claimed. */
  readonly ids: readonly number[]
  readonly at: number
  /** `nothing`: there was nothing to send. `failed` and `sent` end the rows, `again` does not. */
  readonly outcome: 'sent' | 'again' | 'failed' | 'nothing'
  readonly duration_ms: number
  readonly error: string | null
  readonly retry_after_ms: number | null
  /** Rows that are not to be told. */
  readonly withdrawn: readonly number[]
  /** Rows that wait for others. */
  readonly postponed: readonly { readonly id: number; readonly due_at: number }[]
  /** What the channel knows when this was sent. */
  readonly told: readonly {
    readonly incident_id: number
    readonly state: 'told' | 'over'
    readonly next_reminder_at: number | null
  }[]
  readonly reference: string | null
  readonly progress: string | null
  /** Whether the next attempt is about the same rows: the other side may have got this one. */
  readonly keeps_batch: boolean
  /**
   * Of a letter that was refused to its one reader: when it is tried again, if it is. It says nothing about the channel.
   * Null otherwise.
   */
  readonly reader_due_at: number | null
  /** Nobody sends to the channel before that. */
  readonly next_allowed_at: number
  /** Nobody tries it again before that, unless somebody asks for a test. */
  readonly retry_at: number
}

/** How it stands with a channel. Times are epoch milliseconds. */
export interface ChannelState {
  readonly channel: string
  readonly last_ok_at: number | null
  /** Null while it works, and before the first message. */
  readonly failing_since: number | null
  readonly failures: number
  readonly last_error: string | null
  /** When it is tried next at the soonest; null while it works. */
  readonly retry_at: number | null
  readonly waiting: number
}

export interface NotificationQuery {
  readonly channel?: string
  readonly states?: readonly NotificationState[]
  readonly kinds?: readonly NotificationKind[]
  readonly limit: number
  /** The id of the last one of the page before: newest first. */
  readonly after_id?: number | null
}

export interface NotificationPage {
  /** What was told in another one's message is listed there, as one more of its incidents. */
  readonly notifications: readonly Notification[]
  /** Null at the end. */
  readonly next_id: number | null
}

/** The outbox, and what became of it. Whatever is in it is sent at least once, or is `failed` and says why. */
export interface NotificationStore {
  /** Up to which change of an incident everything is planned. */
  place(): Promise<number>
  /** False when another server was faster: nothing was written. */
  plan(step: PlanStep): Promise<boolean>
  /** The id of each; of one that was there already, the one it had. */
  add(notifications: readonly NewNotification[]): Promise<number[]>
  /** Null when there is nothing to send to the channel now, or another sender has it. */
  claim(claim: ChannelClaim): Promise<ClaimedBatch | null>
  settle(settlement: Settlement): Promise<void>
  /** Who holds a channel now, alive or not. */
  holders(): Promise<string[]>
  /** Ends the leases of senders that are gone; returns how many there were. */
  release(holders: readonly string[]): Promise<number>
  /** When there may be something to send to one of the channels; null while nothing waits. */
  nextDue(channels: readonly string[]): Promise<number | null>
  notices(incident_ids: readonly number[]): Promise<Notice[]>
  /** Of incidents that may still be open, those that were told longest ago first. */
  dueReminders(now: number, limit: number): Promise<Notice[]>
  /** Lets another channel tell what waits for one about incidents; what the other one knows already is not told again. */
  passOn(from: string, to: string, now: number, limit: number): Promise<number>
  /** Lets the channel be tried at once: somebody has mended it. What it asked for itself still holds. */
  wake(channel: string, now: number): Promise<void>
  channels(): Promise<ChannelState[]>
  page(query: NotificationQuery): Promise<NotificationPage>
  find(id: number): Promise<Notification | null>
  /** In the order of their times. */
  attempts(notification_id: number): Promise<DeliveryAttempt[]>
  /** Gives up what has waited for too long, at most `limit` rows; returns how many. */
  expire(now: number, limit: number): Promise<number>
  /** Deletes what was made before a time and waits no more, with its attempts, at most `limit` rows; returns how many. */
  prune(made_before: number, limit: number): Promise<number>
}
