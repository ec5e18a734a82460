import type { IncomingMessage } from 'node:http'
import type { HostCaller } from '../../core/access.ts'

/** What may come in a minute: requests, where nothing else is said; a burst may use them up at once. */
export interface RateLimits {
  /** Of one address, whatever it asks for. Default 1200. */
  readonly address_per_minute: number
  /** Of one token or its sessions, apart from ingest. Default 1200. */
  readonly token_per_minute: number
  /** Reports of syncs with one token. Default 60,000. */
  readonly ingest_per_minute: number
  /** MiB of reports with one token, as large as they are when they are inflated. Default 512. */
  readonly ingest_mib_per_minute: number
  /** Wrong tokens and cookies from one address. Default 20. */
  readonly failed_per_minute: number
  /** Sign-ins from one address. Default 5. */
  readonly sign_in_per_minute: number
  /** Whether the limit of addresses holds for programs of this machine too. Default false. */
  readonly loopback: boolean
}

export const RATE_LIMITS: RateLimits = {
  address_per_minute: 1200,
  token_per_minute: 1200,
  ingest_per_minute: 60_000,
  ingest_mib_per_minute: 512,
  failed_per_minute: 20,
  sign_in_per_minute: 5,
  loopback: false,
}

/**
 * Lets somebody in whom the application around knows; null for whoever is to show a token. Gets the request, whose body it
 * must not read, and the same as Node has it, where there is such a one. What it throws is answered with 500.
 */
export type Authorize = (
  request: Request,
  incoming: IncomingMessage | undefined,
) => HostCaller | null | Promise<HostCaller | null>

/** Who may come in, and how often. */
export interface AccessOptions {
  /** Asked where a token is needed and no token of ours stands in `Authorization`. Default: tokens alone count. */
  readonly authorize?: Authorize | undefined
  /** It answers for a part of somebody else's host, to whom it is to say how browsers may come there. Default false. */
  readonly mounted?: boolean
  /** Whether programs of this machine need a token too. Default false: for a server that listens on loopback only. */
  readonly require_token?: boolean
  /** Where browsers find the server, when a proxy stands before it: `https://monitor.example.edu`. */
  readonly public_url?: string
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed: `127.0.0.1`, `10.0.0.0/8`. Default none. */
  readonly trusted_proxies?: readonly string[]
  /** What is left out has its default. */
  readonly rate_limits?: Partial<RateLimits>
}
