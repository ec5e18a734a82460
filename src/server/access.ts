import { existsSync } from 'node:fs'
import { ACCESS_SCHEMA, type AccessConfig } from '../config/access.ts'
import type { AccessOptions, RateLimits } from '../api/access/access-options.ts'
import { MonitorError } from '../core/errors.ts'
import { sqlitePath } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'

/** Who may come in. */
export interface ServerAccessOptions {
  /**
   * Whether programs of this machine need a token too: set it where a proxy on this machine passes requests on, because
   * all of them then seem to come from here. Default: only when the server listens beyond this machine, or has a public
   * URL.
   */
  readonly requireToken?: boolean
  /**
   * Where browsers find the server, when a proxy stands before it: `https://monitor.example.edu`, also with a path:
   * `https://example.edu/monitor`.
   */
  readonly publicUrl?: string
  /**
   * Below which path browsers find everything: `/monitor`. Requests may have it, or a proxy has taken it away. Default:
   * the path of `publicUrl`, or the root.
   */
  readonly basePath?: string
  /** Host names, besides loopback and that of `publicUrl`, by which clients may call the server. Default none. */
  readonly allowedHosts?: readonly string[]
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed: `10.0.0.0/8`. Default none. */
  readonly trustedProxies?: readonly string[]
  /** Requests a minute; what is left out has its default. */
  readonly rateLimits?: Partial<RateLimits>
}

/** What the configuration says about it. */
export function accessOf(config: AccessConfig): ServerAccessOptions {
  return {
    requireToken: config.require_token,
    allowedHosts: config.allowed_hosts,
    trustedProxies: config.trusted_proxies,
    rateLimits: config.rate_limits,
    ...(config.public_url === null ? {} : { publicUrl: config.public_url }),
    ...(config.base_path === null ? {} : { basePath: config.base_path }),
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** The same as the API wants it. */
export function apiAccess(
  options: ServerAccessOptions,
  host: string,
): AccessOptions & { readonly allowed_hosts: readonly string[]; readonly require_token: boolean } {
  const loopback = LOOPBACK.test(host)
  return {
    require_token: !loopback || options.requireToken === true || options.publicUrl !== undefined,
    allowed_hosts: [...(options.allowedHosts ?? []), ...(loopback ? [] : [host])],
    ...(options.publicUrl === undefined ? {} : { public_url: options.publicUrl }),
    ...(options.trustedProxies === undefined ? {} : { trusted_proxies: options.trustedProxies }),
    ...(options.rateLimits === undefined ? {} : { rate_limits: options.rateLimits }),
  }
}

const CHECKED = {
  publicUrl: 'public_url',
  allowedHosts: 'allowed_hosts',
  trustedProxies: 'trusted_proxies',
  rateLimits: 'rate_limits',
} as const satisfies Partial<Record<keyof ServerAccessOptions, keyof AccessConfig>>

/**
 * What a program gives is held to the same rules as what a configuration says: a network with a typing error would be
 * trusted by nobody, and nobody told.
 *
 * @throws MonitorError `config_invalid`
 */
export function refuseWrongAccess(options: ServerAccessOptions): void {
  for (const [name, setting] of Object.entries(CHECKED)) {
    const given = options[name as keyof typeof CHECKED]
    if (given === undefined) continue
    const { success, error } = ACCESS_SCHEMA[setting].safeParse(given)
    if (success) continue
    const { path = [], message = '' } = error.issues[0] ?? {}
    throw new MonitorError('config_invalid', `${[name, ...path].join('.')} ${message}.`, {
      next_step: 'Correct what the program gives to the server.',
    })
  }
}

/**
 * Before anything is opened: a SQLite file that is not there has no token in it, and need not be made to see that.
 *
 * @throws MonitorError `address_refused`
 */
export function refuseWithoutDatabase(
  { require_token }: { readonly require_token: boolean },
  host: string,
  database: string,
): void {
  if (!require_token || !database.startsWith('sqlite:')) return
  if (host.trim() === '' || !existsSync(sqlitePath(database))) throw refusedAddress(host)
}

/**
 * A server that asks for tokens must have one that can be used: nobody could come in, and everybody would be tempted
 * to turn the question off.
 *
 * @throws MonitorError `address_refused`
 */
export async function refuseWithoutToken(
  { require_token }: { readonly require_token: boolean },
  host: string,
  store: Store,
  now: number,
): Promise<void> {
  if (require_token && !(await store.access.hasUsableToken(now))) throw refusedAddress(host)
}

function refusedAddress(host: string): MonitorError {
  const message = LOOPBACK.test(host)
    ? 'The server will not start: it is set to ask for access tokens, and there is none that can be used.'
    : `The server will not listen on ${host}: it holds data about people, and there is no access token that can be used.`
  return new MonitorError('address_refused', message, {
    next_step:
      'Make one with "canvas-sync-monitor token create --name admin --scope admin", or listen on 127.0.0.1 alone.',
  })
}
