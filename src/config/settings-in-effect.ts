import type { Setting } from '../api/system/server-facts.ts'
import { originsOf } from './origins.ts'
import type { Config } from './config.ts'
import { writeDuration } from '../core/duration-text.ts'
import { counted } from '../core/number-text.ts'
import { FORGET_AFTER_MS } from '../incidents/rule-settings.ts'
import { REPORT_TIME_DEFAULTS } from '../reports/report-times.ts'
import { databasePlace } from '../store/open-store.ts'

/** What may be shown of each setting of a server; those that are not here are shown to nobody. */
const SHOWN: { readonly [Name in keyof Config]?: (config: Config) => unknown } = {
  database: ({ database }) => databasePlace(database),
  log_dir: ({ log_dir }) => log_dir,
  host: ({ host }) => host,
  port: ({ port }) => port,
  public_url: ({ public_url }) => public_url,
  base_path: ({ base_path }) => base_path,
  require_token: ({ require_token }) => require_token,
  allowed_hosts: ({ allowed_hosts }) => allowed_hosts,
  trusted_proxies: ({ trusted_proxies }) => trusted_proxies,
  rate_limits: ({ rate_limits }) => rate_limits,
  time_zone: ({ time_zone }) => time_zone,
  log_cleanup: ({ log_cleanup }) => log_cleanup,
  log_streams: ({ log_streams }) => log_streams,
  sync_limits: ({ sync_limits }) => sync_limits,
  freshness_target: ({ freshness_target }) => freshness_target,
  retention: ({ retention }) => retention,
  sources: ({ sources }) => Object.keys(sources),
  queue_lease: ({ queue_lease }) => queue_lease,
  schedules: ({ schedules }) => Object.keys(schedules),
  alerts: ({ alerts }) => alertsInEffect(alerts),
  // Addresses are of people, and whoever has a webhook's address may write to it.
  slack_bot_token: ({ slack_bot_token }) => (slack_bot_token === null ? null : 'set'),
  slack_webhook_url: ({ slack_webhook_url }) => (slack_webhook_url === null ? null : 'set'),
  slack_channel: ({ slack_channel }) => slack_channel,
  smtp_url: ({ smtp_url }) => (smtp_url === null ? null : 'set'),
  alert_recipients: ({ alert_recipients }) => counted(alert_recipients.length, 'recipient'),
  notifications: ({ notifications }) => ({
    channels: Object.keys(notifications.channels ?? {}),
    routes: notifications.routes?.length ?? 0,
  }),
  report_recipients: ({ report_recipients }) => counted(report_recipients.length, 'recipient'),
  reports: ({ reports }) => ({ ...REPORT_TIME_DEFAULTS, ...reports }),
  ship_logs: ({ ship_logs }) => ship_logs,
  shipped_log_days: ({ shipped_log_days }) => shipped_log_days,
  machine_name: ({ machine_name }) => machine_name,
  otlp_logs: ({ otlp_logs }) => (otlp_logs === null ? null : (URL.parse(otlp_logs)?.origin ?? 'set')),
  keep_error_messages: ({ keep_error_messages }) => keep_error_messages,
  // A user name and a password may stand in it.
  canvas_base_url: ({ canvas_base_url }) =>
    canvas_base_url === null ? null : (URL.parse(canvas_base_url)?.origin ?? 'set'),
  canvas_access_token: ({ canvas_access_token }) => (canvas_access_token === null ? null : 'set'),
}

/** What a server goes by and where that was set, without anything that is secret. */
export function settingsInEffect(config: Config): Setting[] {
  const origins = originsOf(config)
  return Object.entries(SHOWN).map(([name, shown]) => ({
    name,
    value: textOf(shown(config)),
    from: origins[name] ?? 'default',
  }))
}

/** How many there are of each: the rules in effect are told by /incidents/rules, and whose token ends when is nobody's business. */
function alertsInEffect({
  rules,
  by_type,
  outside_terms,
  quiet_hours,
  terms,
  tokens,
  forget_after_ms,
}: Config['alerts']): object {
  const sizes = { rules, by_type, outside_terms, quiet_hours, terms, tokens }
  const counts = Object.entries(sizes).map(([name, given]) => [name, Object.keys(given).length])
  const forget_after =
    forget_after_ms === FORGET_AFTER_MS ? [] : [['forget_after', writeDuration(forget_after_ms)]]
  return Object.fromEntries([...counts.filter(([, count]) => count !== 0), ...forget_after]) as object
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value !== 'object') return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, part]) => `${name} ${textOf(part)}`)
  return parts.length === 0 ? 'as built in' : parts.join(', ')
}
