import { acceptedCoding, type Coding } from './accepted-coding.ts'
import { EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE, type Answer } from './answer.ts'
import { compress, compressPieces, LEAST_BYTES } from './compression.ts'
import { entityTag, hasCurrent, weakTag } from './entity-tag.ts'
import { respond } from './respond.ts'
import { isRevalidated, type Route } from './route.ts'

/**
 * The answer of a route as a web `Response`: with an entity tag where it may be revalidated, as 304 when the client has
 * it already, and compressed for who accepts it. Other answers are as {@link respond} makes them.
 */
export async function deliver(answer: Answer, request: Request, route: Route): Promise<Response> {
  const { body } = answer
  const keeps = isRevalidated(route) && answer.headers?.['set-cookie'] === undefined
  if (answer.status !== 200 || body === null || !keeps) return respond(answer, request)
  const vary = route.streams === undefined ? 'accept-encoding' : 'accept, accept-encoding'
  const accepted = acceptedCoding(request.headers.get('accept-encoding'))
  if (body instanceof ReadableStream) return deliverPieces(answer, body, { vary, accepted, request })
  const bytes = bytesOf(body)
  const coding = bytes.length < LEAST_BYTES ? null : accepted
  // What is searched for is another answer each time: its figures tell how long it took.
  const tag = route.streams === undefined ? entityTag(bytes) : null
  const headers: Record<string, string> = { vary, ...answer.headers }
  if (tag !== null) {
    headers['cache-control'] ??= 'private, no-cache'
    // Compressed, it is no longer the same bytes.
    headers['etag'] = coding === null ? tag : weakTag(tag)
    if (hasCurrent(request.headers.get('if-none-match'), tag))
      return respond({ status: 304, body: null, headers }, request)
  }
  if (coding !== null) headers['content-encoding'] = coding
  const media_type = answer.media_type ?? JSON_MEDIA_TYPE
  // Nobody reads it after a HEAD, so what it costs to compress it is saved; its length is then not told.
  const sent = coding === null || request.method === 'HEAD' ? bytes : await coded(bytes, coding, body)
  return respond({ status: 200, body: sent, media_type, headers }, request)
}

interface Negotiated {
  readonly vary: string
  readonly accepted: Coding | null
  readonly request: Request
}

function deliverPieces(
  answer: Answer,
  body: ReadableStream<Uint8Array>,
  { vary, accepted, request }: Negotiated,
): Response {
  // An event is read when it comes, so proxies must find nothing in it to wait for.
  const coding = answer.media_type === EVENT_STREAM_MEDIA_TYPE ? null : accepted
  const headers = { vary, ...answer.headers }
  if (coding === null || request.method === 'HEAD') return respond({ ...answer, headers }, request)
  const pieces = compressPieces(body, coding)
  return respond({ ...answer, body: pieces, headers: { ...headers, 'content-encoding': coding } }, request)
}

const encoder = new TextEncoder()

function bytesOf(body: object): Uint8Array {
  return body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body))
}

/** What is the same at every request is compressed once. */
const constants = new WeakMap<object, Partial<Record<Coding, Promise<Uint8Array>>>>()

function coded(bytes: Uint8Array, coding: Coding, body: object): Promise<Uint8Array> {
  if (body !== bytes) return compress(bytes, coding)
  let made = constants.get(body)
  if (made === undefined) constants.set(body, (made = {}))
  return (made[coding] ??= compress(bytes, coding))
}
