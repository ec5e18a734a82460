import type { Setting } from './api/system/server-facts.ts'
import { originsOf } from './config-origins.ts'
import type { Config } from './config.ts'
import { databasePlace } from './store/open-store.ts'

/** What may be shown of each setting of a server; those that are not here are shown to nobody. */
const SHOWN: { readonly [Name in keyof Config]?: (config: Config) => unknown } = {
  database: ({ database }) => databasePlace(database),
  log_dir: ({ log_dir }) => log_dir,
  host: ({ host }) => host,
  port: ({ port }) => port,
  public_url: ({ public_url }) => public_url,
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

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value !== 'object') return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, part]) => `${name} ${textOf(part)}`)
  return parts.length === 0 ? 'as built in' : parts.join(', ')
}
