import type { IncomingMessage } from 'node:http'

/** What body parsers of applications leave at a request. */
interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
}

/** Describes another body than the one that is there now. */
const BODY_HEADERS = ['content-encoding', 'content-length', 'transfer-encoding']

/**
 * The body of a request that the application has read already, as its parser left it; `unread` when nobody has read it,
 * and null when it is lost. JSON is written again: only its spaces and the precision of numbers that no double holds are
 * not those of the sender, and such numbers are refused in any case.
 */
export function bodyReadBefore(incoming: IncomingMessage): Uint8Array | 'unread' | null {
  if (!incoming.readableDidRead) return 'unread'
  const { rawBody, body } = incoming as Parsed
  for (const bytes of [rawBody, body]) if (bytes instanceof Uint8Array) return bytes
  if (typeof body === 'string') return Buffer.from(body)
  const is_json = /^application\/(?:[\w.-]+\+)?json\b/i.test(incoming.headers['content-type'] ?? '')
  return is_json && typeof body === 'object' ? Buffer.from(JSON.stringify(body)) : null
}

/** The same request with that body. */
export function withBody(request: Request, body: Uint8Array): Request {
  const headers = new Headers(request.headers)
  for (const name of BODY_HEADERS) headers.delete(name)
  const { method, url, signal } = request
  return new Request(url, { method, headers, body: new Uint8Array(body), signal })
}
