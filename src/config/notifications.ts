import type { z } from 'zod'
import {
  addresses,
  botToken,
  NOTIFICATIONS,
  sender,
  slackChannel,
  slackWebhook,
  smtpUrl,
  type GivenNotifications,
} from './notifications-schema.ts'

/** Who is told of incidents, and how. */
export interface NotificationsConfig {
  /** Of a bot with the scope `chat:write`; null for none. */
  readonly slack_bot_token: string | null
  readonly slack_webhook_url: string | null
  /** Default `#canvas-sync-alerts`. */
  readonly slack_channel: string
  readonly smtp_url: string | null
  /** Who gets mails about incidents; nobody by default. */
  readonly alert_recipients: readonly string[]
  /** The sender of mails; null: made of the mail server's name. */
  readonly report_from: string | null
  /** More channels, routes and times. Only in a configuration file. */
  readonly notifications: GivenNotifications
}

export const NOTIFICATIONS_DEFAULTS: NotificationsConfig = {
  slack_bot_token: null,
  slack_webhook_url: null,
  slack_channel: '#canvas-sync-alerts',
  smtp_url: null,
  alert_recipients: [],
  report_from: null,
  notifications: {},
}

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const NOTIFICATIONS_NAMES: Readonly<Record<keyof NotificationsConfig, Names>> = {
  slack_bot_token: { environment: 'SLACK_BOT_TOKEN', flag: null, example: 'xoxb-…' },
  slack_webhook_url: {
    environment: 'SLACK_WEBHOOK_URL',
    flag: null,
    example: 'https://hooks.slack.com/services/…',
  },
  slack_channel: { environment: 'SLACK_CHANNEL', flag: null, example: '#canvas-sync-alerts' },
  smtp_url: { environment: 'SMTP_URL', flag: null, example: 'smtps://user:password@mail.example.edu' },
  alert_recipients: {
    environment: 'ALERT_RECIPIENTS',
    flag: null,
    example: 'ops@example.edu',
  },
  report_from: { environment: 'REPORT_FROM', flag: null, example: 'Canvas sync <monitor@example.edu>' },
  notifications: {
    environment: null,
    flag: null,
    example: '{ "routes": [{ "match": { "severity": "critical" }, "channels": ["slack"] }] }',
  },
}

/** A wrong one of these is not repeated: it may be or hold a password, or somebody's address. */
export const NOTIFICATIONS_SECRETS: readonly (keyof NotificationsConfig)[] = [
  'slack_bot_token',
  'slack_webhook_url',
  'smtp_url',
  'alert_recipients',
  'notifications',
]

export const NOTIFICATIONS_SCHEMA: Readonly<Record<keyof NotificationsConfig, z.ZodType>> = {
  slack_bot_token: botToken,
  slack_webhook_url: slackWebhook,
  slack_channel: slackChannel,
  smtp_url: smtpUrl,
  alert_recipients: addresses,
  report_from: sender,
  notifications: NOTIFICATIONS,
}
