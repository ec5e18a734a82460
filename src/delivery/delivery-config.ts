import type { IncidentRule, IncidentSeverity } from '../core/incident.ts'
import type { AlertCalendar } from '../core/quiet-hours.ts'

interface NamedChannel {
  readonly name: string
  /** The channel that tells what this one could not for `fallback_after_ms`; null for none. */
  readonly fallback: string | null
}

export interface SlackConfig extends NamedChannel {
  readonly kind: 'slack'
  /** Of a bot with `chat:write`; null where there is a webhook. */
  readonly token: string | null
  readonly webhook_url: string | null
  /** Name or id; the webhook has its own. */
  readonly slack_channel: string
  /** Default `https://slack.com/api`. */
  readonly api_url?: string
}

export interface MailConfig extends NamedChannel {
  readonly kind: 'mail'
  /** `smtps://user:password@mail.example.edu`. */
  readonly smtp_url: string
  readonly from: string
  readonly to: readonly string[]
}

export interface WebhookConfig extends NamedChannel {
  readonly kind: 'webhook'
  readonly url: string
  /** What messages are signed with. */
  readonly secret: string
  /** Host names and addresses that may lie in a private network. */
  readonly allow_hosts: readonly string[]
}

export interface StdoutConfig extends NamedChannel {
  readonly kind: 'stdout'
  readonly format: 'json' | 'text'
}

export type ChannelConfig = SlackConfig | MailConfig | WebhookConfig | StdoutConfig

/** All that are given must hold; of each list one. */
export interface RouteMatch {
  readonly severities?: readonly IncidentSeverity[]
  readonly rules?: readonly IncidentRule[]
  readonly sync_types?: readonly string[]
  readonly user_ids?: readonly string[]
  readonly source_ids?: readonly number[]
  readonly hosts?: readonly string[]
  readonly schedules?: readonly string[]
  /** Owners of schedules. */
  readonly owners?: readonly string[]
}

export interface NotificationRoute {
  readonly match: RouteMatch
  readonly channels: readonly string[]
  /** How often it is told again while it is open and nobody has acknowledged it, milliseconds; 0 for never. */
  readonly repeat_ms: number
  /** Whether the routes behind it are not looked at. */
  readonly stop: boolean
}

export interface DeliveryConfig {
  readonly channels: readonly ChannelConfig[]
  readonly routes: readonly NotificationRoute[]
  readonly group_wait_ms: number
  readonly group_interval_ms: number
  /** How long a channel may fail before its fallback tells what waits for it. */
  readonly fallback_after_ms: number
  /** Where the dashboard is; null where nobody has said, and then messages have no link. */
  readonly public_url: string | null
  /** In its quiet hours only what is critical is told; the rest is when they end. Its zone is that of times in messages. */
  readonly calendar: AlertCalendar
}

export const DELIVERY_DEFAULTS = {
  /** With the look of the rules before it and the sending behind it, less than a minute. */
  group_wait_ms: 15_000,
  group_interval_ms: 300_000,
  repeat_ms: 14_400_000,
  fallback_after_ms: 600_000,
} as const

/** How long a message is tried. */
export const TRIED_FOR_MS = 86_400_000
