import { problem, type Answer } from './answer.ts'

const AUTHORITY = /^[\w.:[\]-]+$/
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

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
export function isOurHost(authority: string, allowed: ReadonlySet<string>): boolean {
  const name = hostName(authority)
  return name !== null && (LOOPBACK.test(name) || allowed.has(name))
}

/**
 * Whether a browser sent this on behalf of a page that is not ours. Programs other than browsers send neither
 * header and need no such protection. Another port of this machine is another program, hence not ours either, and
 * another scheme is another origin even at the same port. `protocol` is that of the request, with its colon.
 */
export function isCrossSite(headers: Headers, authority: string, protocol: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return true
  const origin = headers.get('origin')
  return origin !== null && URL.parse(origin)?.origin !== URL.parse(`${protocol}//${authority}`)?.origin
}

/** The refusal of a request that must not reach any route; null when it may pass. */
export function refusal(request: Request, allowed: ReadonlySet<string>): Answer | null {
  const url = URL.parse(request.url)
  const authority = request.headers.get('host') ?? url?.host ?? ''
  // Both, because the address of a request may name another host than its header.
  if (!isOurHost(authority, allowed) || url === null || !isOurHost(url.host, allowed)) {
    return problem(421, 'This server does not answer for the host name of the request.', {
      detail: 'Call it by localhost or by the address that it is bound to.',
    })
  }
  if (!SAFE_METHODS.has(request.method) && isCrossSite(request.headers, authority, url.protocol)) {
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
export function refusalOfForeignPage(request: Request): Answer | null {
  const url = URL.parse(request.url)
  const authority = request.headers.get('host') ?? url?.host ?? ''
  if (!isCrossSite(request.headers, authority, url?.protocol ?? '')) return null
  return problem(403, 'A page of another site may not read the logs.')
}

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
