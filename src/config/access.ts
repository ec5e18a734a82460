import { z } from 'zod'
import { RATE_LIMITS, type RateLimits } from '../api/access/access-options.ts'
import { parseNetwork } from '../api/access/client-address.ts'
import { readBasePath } from '../core/base-path.ts'

/** Who may come in: the settings of the server about its network. */
export interface AccessConfig {
  /** Whether programs of this machine need a token too. Default false; always so on other addresses. */
  readonly require_token: boolean
  /** Where browsers find the server, when a proxy stands before it. Asks for tokens. */
  readonly public_url: string | null
  /** Below which path browsers find everything; null for that of `public_url`, or the root. */
  readonly base_path: string | null
  /** Host names, besides loopback and that of `public_url`, by which clients may call the server. */
  readonly allowed_hosts: readonly string[]
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trusted_proxies: readonly string[]
  /** Requests a minute. Only in a configuration file; what is left out has its default. */
  readonly rate_limits: RateLimits
}

export const ACCESS_DEFAULTS: AccessConfig = {
  require_token: false,
  public_url: null,
  base_path: null,
  allowed_hosts: [],
  trusted_proxies: [],
  rate_limits: RATE_LIMITS,
}

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const ACCESS_NAMES: Readonly<Record<keyof AccessConfig, Names>> = {
  require_token: { environment: 'REQUIRE_TOKEN', flag: null, example: 'true' },
  public_url: { environment: 'PUBLIC_URL', flag: null, example: 'https://monitor.example.edu' },
  base_path: { environment: 'BASE_PATH', flag: '--base-path', example: '/monitor' },
  allowed_hosts: { environment: 'ALLOWED_HOSTS', flag: null, example: 'monitor.example.edu' },
  trusted_proxies: { environment: 'TRUSTED_PROXIES', flag: null, example: '127.0.0.1,10.0.0.0/8' },
  rate_limits: { environment: null, flag: null, example: '{ "token_per_minute": 1200 }' },
}

const FLAG_RULE = 'must be true or false'
/** In the environment as text. */
export const FLAG: z.ZodType<boolean> = z.preprocess(
  (given) => (given === 'true' || given === '1' ? true : given === 'false' || given === '0' ? false : given),
  z.boolean(FLAG_RULE),
)

const URL_RULE = 'must be an address such as https://monitor.example.edu or https://example.edu/monitor'
const PUBLIC_URL = z
  .string(URL_RULE)
  .trim()
  .refine((text) => isPlace(text), URL_RULE)
  .transform((text) => {
    const { origin, pathname } = new URL(text)
    return `${origin}${readBasePath(pathname)}`
  })

function isPlace(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return false
  return readBasePath(url.pathname) !== null && url.search === '' && url.hash === '' && url.username === ''
}

const PATH_RULE = 'must be a path such as /monitor'
const BASE_PATH = z
  .string(PATH_RULE)
  .refine((text) => readBasePath(text) !== null, PATH_RULE)
  .transform((text) => readBasePath(text) ?? '')

/** Where browsers find the dashboard, without a slash at its end; null where nobody said. */
export function publicUrlOf({
  public_url,
  base_path,
}: Pick<AccessConfig, 'public_url' | 'base_path'>): string | null {
  return public_url === null ? null : `${new URL(public_url).origin}${base_path ?? pathOf(public_url)}`
}

const pathOf = (url: string): string => readBasePath(new URL(url).pathname) ?? ''

/** In the environment with commas between them. */
const listOf = (rule: string, isOne: (text: string) => boolean): z.ZodType<string[]> =>
  z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',') : given),
    z.array(z.string(rule).trim().refine(isOne, rule), rule),
  )

const perMinute = z
  .int('must be a whole number from 1 to 10000000')
  .min(1, 'must be a whole number from 1 to 10000000')
  .max(10_000_000, 'must be a whole number from 1 to 10000000')

export const ACCESS_SCHEMA: Readonly<Record<keyof AccessConfig, z.ZodType>> = {
  require_token: FLAG,
  public_url: PUBLIC_URL,
  base_path: BASE_PATH,
  allowed_hosts: listOf('must be host names without a scheme or port', (text) =>
    /^(?:[\w.-]+|\[?[\da-f:.]+\]?)$/i.test(text),
  ),
  trusted_proxies: listOf(
    'must be addresses or networks such as 10.0.0.0/8',
    (text) => parseNetwork(text) !== null,
  ),
  rate_limits: z
    .strictObject(
      {
        address_per_minute: perMinute,
        token_per_minute: perMinute,
        ingest_per_minute: perMinute,
        ingest_mib_per_minute: perMinute,
        failed_per_minute: perMinute,
        sign_in_per_minute: perMinute,
        loopback: z.boolean(FLAG_RULE),
      },
      {
        error: (issue) =>
          issue.code === 'unrecognized_keys'
            ? 'must have no other settings'
            : 'must be an object of settings',
      },
    )
    .partial()
    .transform((given) => ({ ...RATE_LIMITS, ...given })),
}
