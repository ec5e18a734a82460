import { problem, type Answer } from './answer.ts'

const AUTHORITY = /^[\w.:[\]-]+$/
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])$/
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** By which names the server is called, and from where its own pages come. */
export interface Site {
  /** Host names besides those of loopback, as {@link canonicalHosts} makes them. */
  readonly hosts: ReadonlySet<string>
  /**
   * Whether it answers to every address too, as a server must that listens on all of them: a page can make a name of
   * its own lead anywhere, but not an address.
   */
  readonly any_address: boolean
  /** Where browsers find it behind a proxy, whose scheme and port are others; null when there is none. */
  readonly public_origin: string | null
}

/** A server that is called by this machine and by these names. */
export function siteOf(options: {
  readonly allowed_hosts?: readonly string[]
  readonly require_token?: boolean
  readonly public_url?: string
}): Site {
  const public_url = options.public_url === undefined ? null : URL.parse(options.public_url)
  const names = public_url === null ? [] : [public_url.hostname]
  return {
    hosts: canonicalHosts([...(options.allowed_hosts ?? []), ...names]),
    any_address: options.require_token ?? false,
    public_origin: public_url?.origin ?? null,
  }
}

/** The host of `name:port` in canonical form, without the port; null when it is none. */
function hostName(authority: string): string | null {
  if (!AUTHORITY.test(authority)) return null
  return URL.parse(`http://${authority}`)?.hostname.replace(/\.$/, '') ?? null
}

/** Host names in the form in which requests are compared with them. Addresses may stand with or without brackets. */
export function canonicalHosts(hosts: readonly string[]): ReadonlySet<string> {
  const isBareIpv6 = (host: string): boolean => host.includes(':') && !host.startsWith('[')
  const names = hosts.map((host) => hostName(isBareIpv6(host) ? `[${host}]` : host))
  return new Set(names.filter((name) => name !== null))
}

/**
 * Whether a request was meant for us. A page of somebody else can make a name of its own resolve to this machine
 * (DNS rebinding) and is then of one origin with us; but the name stays in `Host`.
 */
export function isOurHost(
  authority: string,
  { hosts, any_address }: Pick<Site, 'hosts' | 'any_address'>,
): boolean {
  const name = hostName(authority)
  if (name === null) return false
  return LOOPBACK.test(name) || hosts.has(name) || (any_address && ADDRESS.test(name))
}

/**
 * Whether a browser sent this on behalf of a page that is not ours. Programs other than browsers send neither
 * header and need no such protection; to addresses of plain HTTP browsers send `Origin` alone. Another port of this machine is another program, hence not ours either, and
 * another scheme is another origin even at the same port. `protocol` is that of the request, with its colon.
 */
export function isCrossSite(
  headers: Headers,
  authority: string,
  protocol: string,
  public_origin: string | null = null,
): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return true
  const origin = headers.get('origin')
  if (origin === null) return false
  const given = URL.parse(origin)
  if (given === null) return true
  const own = URL.parse(`${protocol}//${authority}`)
  if (given.origin === public_origin || given.origin === own?.origin) return false
  // No page can forge what the browser says, and it knows what a proxy before us hides: our scheme and port. So the name is
  // all that is left to compare.
  return site !== 'same-origin' || given.hostname !== own?.hostname
}

/**
 * The refusal of a request that must not reach any route; null when it may pass.
 *
 * @param is_as_sent whether the host of its address is what the client wrote. Frameworks make one of names of their own,
 * such as that of the container, and then `Host` alone tells how we were called.
 */
export function refusal(request: Request, site: Site, is_as_sent: boolean): Answer | null {
  const url = URL.parse(request.url)
  const authority = request.headers.get('host') ?? url?.host ?? ''
  // Both, because the address of a request may name another host than its header.
  if (!isOurHost(authority, site) || url === null || (is_as_sent && !isOurHost(url.host, site))) {
    return problem(421, 'This server does not answer for the host name of the request.', {
      detail: 'Call it by localhost, or name its host in the settings allowed_hosts or public_url.',
    })
  }
  const unsafe = !SAFE_METHODS.has(request.method)
  if (unsafe && isCrossSite(request.headers, authority, url.protocol, site.public_origin)) {
    return problem(403, 'A page of another site may not change anything here.')
  }
  if (!isWellEncoded(url.pathname)) {
    return problem(400, 'The path of the request is not well percent-encoded.')
  }
  return null
}

/**
 * The refusal of a request for one of the few answers that may go on for long, which a page of another site could take
 * up all by itself though it may not read them; null when it may pass.
 */
export function refusalOfForeignPage(request: Request, site: Site, what: string): Answer | null {
  const url = URL.parse(request.url)
  const authority = request.headers.get('host') ?? url?.host ?? ''
  if (!isCrossSite(request.headers, authority, url?.protocol ?? '', site.public_origin)) return null
  return problem(403, `A page of another site may not ${what}.`)
}

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
