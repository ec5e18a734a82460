import { publicUrlOf, type AccessConfig } from './access.ts'
import type { AlertsConfig } from './alerts.ts'
import { MonitorError } from '../core/errors.ts'
import {
  DELIVERY_DEFAULTS,
  type ChannelConfig,
  type DeliveryConfig,
  type NotificationRoute,
} from '../delivery/delivery-config.ts'
import type { NotificationsConfig } from './notifications.ts'
import { ADDRESS, type GivenChannel, type GivenRoute } from './notifications-schema.ts'

type Given = NotificationsConfig &
  AlertsConfig &
  Pick<AccessConfig, 'public_url' | 'base_path'> & {
    readonly time_zone: string
    /** Who gets reports by mail: for them there is a channel `mail` that is told of no incident. */
    readonly report_recipients?: readonly string[]
  }

/**
 * Who is told, as delivery wants it; null where there is no channel. The variables of the environment alone make the
 * channels `slack` and `mail`, and without routes every channel is told of everything.
 *
 * @throws MonitorError `config_invalid` when a channel lacks something, or a route or fallback names none
 */
export function deliveryConfig(config: Given): DeliveryConfig | null {
  const { notifications, time_zone, alerts } = config
  const given: Record<string, GivenChannel> = { ...ownChannels(config), ...notifications.channels }
  const channels = Object.entries(given).map(([name, channel]) => channelOf(name, channel, config))
  if (channels.length === 0) {
    if ((notifications.routes ?? []).length > 0)
      throw wrong('notifications has routes and there is no channel.')
    return null
  }
  const names = channels.map(({ name }) => name)
  const repeat_ms = notifications.repeat ?? DELIVERY_DEFAULTS.repeat_ms
  const reports_only = channels.filter((channel) => channel.kind === 'mail' && channel.to.length === 0)
  const told = channels.filter((channel) => !reports_only.includes(channel)).map(({ name }) => name)
  const every = told.length === 0 ? [] : [{ channels: told }]
  const routes = (notifications.routes ?? every).map((route) => routeOf(route, repeat_ms))
  const named = [...routes.flatMap((route) => route.channels), ...channels.map(({ fallback }) => fallback)]
  const unknown = named.find((name) => name !== null && !names.includes(name))
  const silent = reports_only.find(({ name }) => named.includes(name))
  if (silent !== undefined) throw lacks(silent.name, 'recipients', 'ALERT_RECIPIENTS')
  if (typeof unknown === 'string') {
    throw wrong(
      `notifications names the channel "${unknown}", which there is not; there are ${names.join(', ')}.`,
    )
  }
  return {
    channels,
    routes,
    group_wait_ms: notifications.group_wait ?? DELIVERY_DEFAULTS.group_wait_ms,
    group_interval_ms: notifications.group_interval ?? DELIVERY_DEFAULTS.group_interval_ms,
    fallback_after_ms: notifications.fallback_after ?? DELIVERY_DEFAULTS.fallback_after_ms,
    public_url: publicUrlOf(config),
    calendar: { quiet_hours: alerts.quiet_hours, terms: alerts.terms, time_zone },
  }
}

function ownChannels({
  slack_bot_token,
  slack_webhook_url,
  smtp_url,
  alert_recipients,
  report_recipients = [],
}: Given): Record<string, GivenChannel> {
  return {
    ...(slack_bot_token === null && slack_webhook_url === null ? {} : { slack: { kind: 'slack' as const } }),
    ...(smtp_url === null || alert_recipients.length + report_recipients.length === 0
      ? {}
      : { mail: { kind: 'mail' as const } }),
  }
}

function channelOf(name: string, given: GivenChannel, config: Given): ChannelConfig {
  const fallback = given.fallback ?? null
  switch (given.kind) {
    case 'slack': {
      const webhook_url = given.webhook_url ?? (given.token === undefined ? config.slack_webhook_url : null)
      const token = given.token ?? (given.webhook_url === undefined ? config.slack_bot_token : null)
      if (token === null && webhook_url === null)
        throw lacks(name, 'a token or a webhook_url', 'SLACK_BOT_TOKEN')
      return {
        name,
        fallback,
        kind: 'slack',
        token,
        webhook_url,
        slack_channel: given.channel ?? config.slack_channel,
      }
    }
    case 'mail': {
      const smtp_url = given.smtp_url ?? config.smtp_url
      const to = given.to ?? config.alert_recipients
      if (smtp_url === null) throw lacks(name, 'an smtp_url', 'SMTP_URL')
      if (to.length + (config.report_recipients ?? []).length === 0)
        throw lacks(name, 'recipients', 'ALERT_RECIPIENTS')
      return {
        name,
        fallback,
        kind: 'mail',
        smtp_url,
        from: given.from ?? config.report_from ?? senderAt(smtp_url),
        to,
      }
    }
    case 'webhook':
      return {
        name,
        fallback,
        kind: 'webhook',
        url: given.url,
        secret: given.secret,
        allow_hosts: given.allow_hosts,
      }
    case 'stdout':
      return { name, fallback, kind: 'stdout', format: given.format }
  }
}

function senderAt(smtp_url: string): string {
  const { username, hostname } = new URL(smtp_url)
  const user = decodeURIComponent(username)
  return ADDRESS.test(user) ? user : `canvas-sync-monitor@${hostname}`
}

function routeOf(
  { match = {}, channels, repeat, stop = false }: GivenRoute,
  repeat_ms: number,
): NotificationRoute {
  const lists = {
    severities: match.severity,
    rules: match.rule,
    sync_types: match.sync_type,
    user_ids: match.user_id,
    source_ids: match.source_id,
    hosts: match.host,
    schedules: match.schedule,
    owners: match.owner,
  }
  const said = Object.fromEntries(Object.entries(lists).filter(([, list]) => list !== undefined))
  return { match: said, channels, repeat_ms: repeat ?? repeat_ms, stop }
}

const wrong = (
  message: string,
  next_step = 'Correct "notifications" in the configuration file.',
): MonitorError => new MonitorError('config_invalid', message, { next_step })

const lacks = (name: string, what: string, variable: string): MonitorError =>
  wrong(
    `The channel "${name}" has no ${what}.`.replace('no a ', 'no ').replace('no an ', 'no '),
    `Give it in "notifications", or set ${variable}.`,
  )
