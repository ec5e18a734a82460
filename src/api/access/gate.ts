import type { BlockList } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { ANONYMOUS_CALLER, LOOPBACK_CALLER, type Caller } from '../../core/access.ts'
import { SECRET_SHAPE } from '../../core/access-secret.ts'
import type { Answer } from '../http/answer.ts'
import type { Route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { RATE_LIMITS, type AccessOptions, type RateLimits } from './access-options.ts'
import { AuditLog } from './audit-log.ts'
import type { Identity } from './authenticate.ts'
import { Callers } from './callers.ts'
import { clientAddress, isLoopbackAddress, limitKey, networkList } from './client-address.ts'
import { joined, RateLimiter, type Quota } from './rate-limiter.ts'
import { notRight, otherUsers, scopeMissing, tokenInAddress, tooMany } from './refusals.ts'
import type { RequestAudit } from './request-audit.ts'

/** A use is written when the last one that was written is older. */
const USE_STEP_MS = 60_000
/** Uses that are being written; more wait for their next request. */
const MOST_USES = 1000
/** What shares the limits of addresses when there is none, as in tests and host applications. */
const NO_ADDRESS = 'unknown'
/** So many times the sign-ins of one address are for all of whom none is known: a few wrong ones must not shut out all. */
const SIGN_INS_WITHOUT_ADDRESS = 20

/** Somebody who may ask for this route. */
export interface Admitted {
  readonly caller: Caller
  readonly address: string | null
  readonly audit: RequestAudit
  /** For the answer: where the caller stands with its limits. */
  readonly headers: Readonly<Record<string, string>>
  /** Counts what was read of the body. */
  spend(bytes: number): void
}

export type Admission = Admitted | { readonly refused: Answer }

/** Who may come in: addresses, limits, tokens, sessions, scopes. One for each server. */
export class Gate {
  readonly audit: AuditLog
  readonly #services: Pick<ApiServices, 'store' | 'clock' | 'onError'>
  readonly #callers: Callers
  readonly #trusted: BlockList
  readonly #limits: Readonly<
    Record<
      'address' | 'token' | 'ingest' | 'ingest_bytes' | 'failed' | 'sign_in' | 'sign_in_of_all',
      RateLimiter
    >
  >
  readonly #limit_loopback: boolean
  readonly #uses = new Map<string, Promise<void>>()

  constructor(
    services: Pick<ApiServices, 'store' | 'clock' | 'onError' | 'base_path'>,
    options: AccessOptions = {},
  ) {
    const { store, clock, onError } = services
    const limits: RateLimits = { ...RATE_LIMITS, ...options.rate_limits }
    this.#services = services
    this.#callers = new Callers(services, options)
    this.#trusted = networkList(options.trusted_proxies ?? [])
    this.#limit_loopback = limits.loopback
    this.#limits = {
      address: new RateLimiter('address', limits.address_per_minute, clock),
      token: new RateLimiter('token', limits.token_per_minute, clock),
      ingest: new RateLimiter('ingest', limits.ingest_per_minute, clock),
      ingest_bytes: new RateLimiter(
        'ingest-bytes',
        limits.ingest_mib_per_minute * 1_048_576,
        clock,
        'content-bytes',
      ),
      failed: new RateLimiter('failed', limits.failed_per_minute, clock),
      sign_in: new RateLimiter('sign-in', limits.sign_in_per_minute, clock),
      sign_in_of_all: new RateLimiter('sign-in', limits.sign_in_per_minute * SIGN_INS_WITHOUT_ADDRESS, clock),
    }
    this.audit = new AuditLog(store.access, clock, (error) => {
      onError(error, { request_id: null, where: 'audit log' })
    })
  }

  /** The address of the client. @param peer the other end of the connection */
  addressOf(request: Request, peer: string | null): string | null {
    return clientAddress(peer, request.headers.get('x-forwarded-for'), this.#trusted)
  }

  /** What holds for every address, also for one that there is not; null when it may pass. */
  refusal(address: string | null): Answer | null {
    if (address === null || (isLoopbackAddress(address) && !this.#limit_loopback)) return null
    const quota = this.#limits.address.take(limitKey(address))
    return quota.allowed ? null : tooMany('requests', quota)
  }

  /** Whether the request may reach the route, and as whose. @param incoming as Node has it, where it does */
  async admit(
    route: Route,
    request: Request,
    address: string | null,
    incoming?: IncomingMessage,
  ): Promise<Admission> {
    const url = URL.parse(request.url)
    const kept = route.token_in_path === undefined ? `${url?.pathname}${url?.search}` : (url?.search ?? '')
    if (holdsSecret(kept)) return { refused: tokenInAddress() }
    const place = { route: `${route.method} ${route.path}`, address }
    const asAudited = (caller: Caller, quota?: Quota): Admitted => ({
      caller,
      address,
      audit: this.audit.of({ ...place, caller }),
      headers: quota?.headers ?? {},
      spend: () => {},
    })
    const asking = { route, request, address, incoming }
    if (route.access === 'public') {
      if (route.knows_caller === true) {
        return asAudited(await this.#callers.ofPublic(asking, (wrong) => this.#refuseWrong(wrong, place)))
      }
      if (route.limit === undefined) return asAudited(ANONYMOUS_CALLER)
      const limiter = address === null ? this.#limits.sign_in_of_all : this.#limits[route.limit]
      const quota = limiter.take(limitKey(address ?? NO_ADDRESS))
      if (!quota.allowed) return { refused: tooMany('sign-ins', quota) }
      return asAudited(ANONYMOUS_CALLER, quota)
    }
    const shown = await this.#callers.of(asking)
    if (shown === null) {
      return this.#callers.isOpenTo(request, address)
        ? asAudited(LOOPBACK_CALLER)
        : { refused: this.#callers.tokenNeeded(asking) }
    }
    if ('wrong' in shown) return { refused: this.#refuseWrong(shown.wrong, place) }
    const { kind, token_id } = shown.caller
    const key = kind === 'host' ? `host:${token_id ?? address ?? NO_ADDRESS}` : (token_id ?? '')
    const limiter = route.access === 'ingest' ? this.#limits.ingest : this.#limits.token
    const quota = limiter.take(key)
    if (!quota.allowed) return { refused: tooMany('requests', quota) }
    if (kind !== 'host') this.#saveUse(shown)
    const refused = refusalOf(route, shown.caller)
    if (refused !== null) {
      return { refused: { ...refused, headers: { ...quota.headers, ...refused.headers } } }
    }
    const admitted = asAudited(shown.caller, quota)
    return route.access === 'ingest' ? this.#withinBytes(admitted, quota, key) : admitted
  }

  /** How large a report is shows when it is read: whoever has something left may send one, and pays it off. */
  #withinBytes(admitted: Admitted, quota: Quota, key: string): Admission {
    const limiter = this.#limits.ingest_bytes
    const bytes = limiter.look(key)
    if (!bytes.allowed) return { refused: tooMany('bytes in reports', joined(quota, bytes)) }
    return {
      ...admitted,
      get headers() {
        return joined(quota, limiter.look(key)).headers
      },
      spend: (amount) => {
        limiter.spend(key, amount)
      },
    }
  }

  /** Resolves when all is on the disk that was to be written so far. */
  async settle(): Promise<void> {
    await Promise.all(this.#uses.values())
    await this.audit.flush()
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    await this.audit.close()
    await this.settle()
  }

  /** Only who is wrong is held back: others behind the same address must not suffer for it. */
  #refuseWrong(wrong: string, { route, address }: { route: string; address: string | null }): Answer {
    const failed = this.#limits.failed.take(limitKey(address ?? NO_ADDRESS))
    if (!failed.allowed) return tooMany('wrong access tokens', failed)
    this.audit.repeated({
      ...this.audit.of({ caller: ANONYMOUS_CALLER, route, address }).entry('refused'),
    })
    return notRight(wrong)
  }

  #saveUse({ caller, last_used_at, session_id }: Identity): void {
    const { store, clock, onError } = this.#services
    const now = clock.now()
    const id = session_id ?? caller.token_id
    if (id === null || (last_used_at !== null && now - last_used_at < USE_STEP_MS)) return
    if (this.#uses.has(id) || this.#uses.size >= MOST_USES) return
    const saved =
      session_id === null ? store.access.saveTokenUse(id, now) : store.access.saveSessionUse(id, now)
    const done = saved
      .catch((error: unknown) => {
        onError(error, { request_id: null, where: 'last use of a token' })
      })
      .finally(() => this.#uses.delete(id))
    this.#uses.set(id, done)
  }
}

/** Whether a token or session id stands anywhere in an address, as it is or percent-encoded. */
function holdsSecret(address: string): boolean {
  if (SECRET_SHAPE.test(address)) return true
  if (!address.includes('%')) return false
  const plain = address.replaceAll(/%([0-7][\da-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return SECRET_SHAPE.test(plain)
}

/** Why this caller may not have this route; null when it may. */
function refusalOf({ access, all_users }: Route, caller: Caller): Answer | null {
  if (access === 'public' || access === 'any') return null
  if (!caller.scopes.has(access)) return scopeMissing(access, caller)
  return all_users === true && caller.users !== null ? otherUsers(caller) : null
}
