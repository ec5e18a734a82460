import type { IncomingMessage } from 'node:http'
import { ANONYMOUS_CALLER, callerOfHost, LOOPBACK_CALLER, type Caller } from '../../core/access.ts'
import { SECRET_SHAPE } from '../../core/access-secret.ts'
import type { Answer } from '../http/answer.ts'
import type { Route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import type { AccessOptions } from './access-options.ts'
import { authorizationOf } from './authorization.ts'
import { identifyByHeader, identifyBySession, type Identified } from './authenticate.ts'
import { cameThroughProxy, isLoopbackAddress } from './client-address.ts'
import { tokenNeeded } from './refusals.ts'
import { sessionCookie, type SessionCookie } from './session-cookie.ts'

/** A request on its way to a route. */
export interface Asking {
  readonly route: Route
  readonly request: Request
  /** Of the client; null where it is not known. */
  readonly address: string | null
  /** As Node has it, where it does. */
  readonly incoming: IncomingMessage | undefined
}

/** Who comes: by a token, by a sign-in, by the word of the application around, or as a program of this machine. */
export class Callers {
  readonly #services: Pick<ApiServices, 'store' | 'clock' | 'onError'>
  readonly #options: AccessOptions
  readonly #cookie: SessionCookie

  constructor(
    services: Pick<ApiServices, 'store' | 'clock' | 'onError' | 'base_path'>,
    options: AccessOptions,
  ) {
    this.#services = services
    this.#options = options
    this.#cookie = sessionCookie(services.base_path)
  }

  /** Who shows something that counts here; null for who shows nothing. */
  async of({ route, request, address, incoming }: Asking): Promise<Identified | null> {
    const { store, clock } = this.#services
    const authorization = authorizationOf(request, route)
    // Who sends a token of ours means it. Anything else there may be the application's own.
    const is_ours = authorization !== null && SECRET_SHAPE.test(authorization)
    if (!is_ours && !needsTokenItself(route)) {
      const known = (await this.#options.authorize?.(request, incoming)) ?? null
      if (known !== null) return { caller: callerOfHost(known), last_used_at: null, session_id: null }
    }
    if (authorization !== null) return await identifyByHeader(authorization, store.access, clock.now())
    const session = needsTokenItself(route) ? null : this.#cookie.of(request.headers)
    if (session === null) return null
    const identified = await identifyBySession(session, store.access, clock.now())
    // A browser sends an old cookie by itself: where nobody needs one it does no harm.
    return 'wrong' in identified && this.isOpenTo(request, address) ? null : identified
  }

  /**
   * Who asks for what is public; `onWrong` hears of a wrong token. What cannot be found out now must not keep anybody from
   * what is public.
   */
  async ofPublic(asking: Asking, onWrong: (wrong: string) => void): Promise<Caller> {
    const { request, address } = asking
    try {
      const shown = await this.of(asking)
      if (shown === null) return this.isOpenTo(request, address) ? LOOPBACK_CALLER : ANONYMOUS_CALLER
      if (!('wrong' in shown)) return shown.caller
      if (request.headers.has('authorization')) onWrong(shown.wrong)
    } catch (error) {
      this.#services.onError(error, { request_id: null, where: 'who asks' })
    }
    return ANONYMOUS_CALLER
  }

  /** A program of this machine, as far as one can see. A proxy on this machine makes everybody look like one. */
  isOpenTo(request: Request, address: string | null): boolean {
    if (this.#options.require_token === true || cameThroughProxy(request.headers)) return false
    return address === null || isLoopbackAddress(address)
  }

  /** For who shows nothing that counts. */
  tokenNeeded({ request, route }: Asking): Answer {
    const { authorize, mounted } = this.#options
    const has_more = authorize !== undefined || this.#cookie.of(request.headers) !== null
    if (needsTokenItself(route) && has_more) return tokenNeeded('picture_could_ask')
    if (authorize !== undefined) return tokenNeeded('unknown_to_host')
    // Mounted, no request counts as one of this machine, and frameworks add such headers themselves.
    const through_proxy = mounted !== true && cameThroughProxy(request.headers)
    return tokenNeeded(through_proxy ? 'came_through_proxy' : 'nothing_shown')
  }
}

/**
 * Whether it changes something for a mere address, as a picture in what somebody wrote on a page of the same host could ask
 * for it, with the cookies of whoever reads that.
 */
function needsTokenItself({ access, method }: Route): boolean {
  return access === 'ingest' && method === 'GET'
}
