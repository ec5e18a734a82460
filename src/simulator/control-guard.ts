import type { IncomingMessage } from 'node:http'

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i
const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface Refusal {
  readonly status: number
  readonly error: string
}

/**
 * Why a request must not control the simulator; null when it may. A web page in a browser on this machine comes from
 * loopback too, under a host name of its own (DNS rebinding) or as a cross-site request.
 */
export function controlRefusal({ method, headers }: IncomingMessage): Refusal | null {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers
  if (!LOOPBACK_HOST.test(host)) {
    return { status: 421, error: 'the simulator is controlled by the name of loopback only' }
  }
  if (SAFE_METHODS.has(method)) return null
  const is_foreign = origin !== undefined && URL.parse(origin)?.origin !== URL.parse(`http://${host}`)?.origin
  if (is_foreign || (site !== 'same-origin' && site !== 'none')) {
    return { status: 403, error: 'a page of another site must not control the simulator' }
  }
  // The other types a page may post without asking first.
  if (method === 'POST' && !/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) {
    return { status: 415, error: 'the body must be application/json' }
  }
  return null
}
