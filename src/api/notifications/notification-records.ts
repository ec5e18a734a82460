import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import {
  CHANNEL_KINDS,
  NOTIFICATION_KINDS,
  NOTIFICATION_STATES,
  type ChannelKind,
  type DeliveryAttempt,
  type Notification,
  type NotificationKind,
  type NotificationState,
} from '../../core/notification.ts'
import type { KnownChannel } from '../../delivery/delivery.ts'
import type { ChannelState } from '../../store/notifications.ts'

/** One message to one channel, as the delivery log shows it. */
export interface NotificationRecord {
  readonly id: number
  readonly channel: string
  readonly kind: NotificationKind
  readonly state: NotificationState
  readonly incident_ids: readonly number[]
  readonly report_id: number | null
  readonly created_at: string
  readonly due_at: string
  readonly sent_at: string | null
  readonly attempts: number
  readonly last_error: string | null
}

const id = z.int().min(1)
const time = z.iso.datetime()

export const notificationSchema: z.ZodType<NotificationRecord> = z
  .object({
    id,
    channel: z.string(),
    kind: z.enum(NOTIFICATION_KINDS),
    state: z.enum(NOTIFICATION_STATES),
    incident_ids: z.array(z.int().min(0)),
    report_id: z.int().nullable(),
    created_at: time,
    due_at: time,
    sent_at: time.nullable(),
    attempts: z.int().min(0),
    last_error: z.string().nullable(),
  })
  .meta({ title: 'Notification' })

const iso = (at: number | null): string | null => (at === null ? null : isoTime(at))

export function notificationRecord(notification: Notification): NotificationRecord {
  const { created_at, due_at, sent_at, ...rest } = notification
  return { ...rest, created_at: isoTime(created_at), due_at: isoTime(due_at), sent_at: iso(sent_at) }
}

/** How one attempt went. */
export interface AttemptRecord {
  readonly attempted_at: string
  readonly duration_ms: number
  readonly outcome: DeliveryAttempt['outcome']
  readonly error: string | null
  /** What the channel asked for. */
  readonly retry_after_ms: number | null
}

export const attemptSchema: z.ZodType<AttemptRecord> = z
  .object({
    attempted_at: time,
    duration_ms: z.number().min(0),
    outcome: z.enum(['sent', 'again', 'failed']),
    error: z.string().nullable(),
    retry_after_ms: z.number().min(0).nullable(),
  })
  .meta({ title: 'DeliveryAttempt' })

export function attemptRecord(attempt: DeliveryAttempt): AttemptRecord {
  const { notification_id: _, attempted_at, ...rest } = attempt
  return { ...rest, attempted_at: isoTime(attempted_at) }
}

/** `ok`, and `unused` before the first message; `retrying` for less than two minutes; then `failing`. */
export const CHANNEL_HEALTHS = ['ok', 'unused', 'retrying', 'failing'] as const
export type ChannelHealth = (typeof CHANNEL_HEALTHS)[number]

/** A channel and how it stands with it; no address in it and no secret. */
export interface ChannelRecord {
  readonly name: string
  readonly kind: ChannelKind
  readonly target: string
  readonly fallback: string | null
  readonly health: ChannelHealth
  readonly waiting: number
  readonly failures: number
  readonly last_ok_at: string | null
  readonly failing_since: string | null
  readonly retry_at: string | null
  readonly last_error: string | null
}

export const channelSchema: z.ZodType<ChannelRecord> = z
  .object({
    name: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    target: z.string(),
    fallback: z.string().nullable(),
    health: z.enum(CHANNEL_HEALTHS),
    waiting: z.int().min(0),
    failures: z.int().min(0),
    last_ok_at: time.nullable(),
    failing_since: time.nullable(),
    retry_at: time.nullable(),
    last_error: z.string().nullable(),
  })
  .meta({ title: 'Channel' })

/** A failed attempt or two are no news: networks have them. */
const FAILING_MS = 120_000

export function channelHealth(state: ChannelState | undefined, now: number): ChannelHealth {
  if (state === undefined || (state.last_ok_at === null && state.failing_since === null)) return 'unused'
  if (state.failing_since === null) return 'ok'
  return now - state.failing_since >= FAILING_MS ? 'failing' : 'retrying'
}

export function channelRecord(
  { name, kind, target, fallback }: KnownChannel,
  state: ChannelState | undefined,
  now: number,
): ChannelRecord {
  return {
    name,
    kind,
    target,
    fallback,
    health: channelHealth(state, now),
    waiting: state?.waiting ?? 0,
    failures: state?.failures ?? 0,
    last_ok_at: iso(state?.last_ok_at ?? null),
    failing_since: iso(state?.failing_since ?? null),
    retry_at: iso(state?.retry_at ?? null),
    last_error: state?.last_error ?? null,
  }
}
