import { acceptedCoding, type Coding } from './accepted-coding.ts'
import { EVENT_STREAM_MEDIA_TYPE, JSON_MEDIA_TYPE, type Answer } from './answer.ts'
import { compress, compressPieces, LEAST_BYTES } from './compression.ts'
import { entityTag, hasCurrent, weakTag } from './entity-tag.ts'
import { bytesAreDone } from './passing-bytes.ts'
import { respond } from './respond.ts'
import { isRevalidated, type Route } from './route.ts'

/** The answer of a route as a web `Response`, as {@link negotiate} makes it. */
export async function deliver(answer: Answer, request: Request, route: Route): Promise<Response> {
  return respond(await negotiate(answer, request, route), request)
}

/**
 * The answer of a route as this client gets it: with an entity tag where it may be revalidated, as 304 when the client
 * has it already, and compressed for who accepts it, unless somebody else does that. Other answers stay as they are.
 */
export function negotiate(
  answer: Answer,
  request: Request,
  route: Route,
  compresses = true,
): Answer | Promise<Answer> {
  const { body } = answer
  const keeps = isRevalidated(route) && answer.headers?.['set-cookie'] === undefined
  if (answer.status !== 200 || body === null || !keeps) return answer
  const is_chosen = route.streams !== undefined || route.by_accept === true
  const vary = is_chosen ? 'accept, accept-encoding' : 'accept-encoding'
  const accepted = compresses ? acceptedCoding(request.headers.get('accept-encoding')) : null
  if (body instanceof ReadableStream) return inPieces(answer, body, { vary, accepted, request })
  const form = formOf(body)
  const coding = form.bytes.length < LEAST_BYTES ? null : accepted
  const headers: Record<string, string> = { vary, ...answer.headers }
  // What is searched for is another answer each time: its figures tell how long it took.
  if (route.streams === undefined) {
    const tag = (form.tag ??= entityTag(form.bytes))
    headers['cache-control'] ??= 'private, no-cache'
    // Compressed, it is no longer the same bytes.
    headers['etag'] = coding === null ? tag : weakTag(tag)
    if (hasCurrent(request.headers.get('if-none-match'), tag)) {
      bytesAreDone(form.bytes)
      return { status: 304, body: null, headers }
    }
  }
  const media_type = answer.media_type ?? JSON_MEDIA_TYPE
  const whole: Answer = { status: 200, body: form.bytes, media_type, headers }
  if (coding === null) return whole
  headers['content-encoding'] = coding
  // Nobody reads it after a HEAD, so what it costs to compress it is saved; its length is then not told.
  if (request.method === 'HEAD') return whole
  const made = (form.coded[coding] ??= compress(form.bytes, coding))
  return made.then((coded) => {
    bytesAreDone(form.bytes)
    return { ...whole, body: coded }
  })
}

interface Negotiated {
  readonly vary: string
  readonly accepted: Coding | null
  readonly request: Request
}

function inPieces(
  answer: Answer,
  body: ReadableStream<Uint8Array>,
  { vary, accepted, request }: Negotiated,
): Answer {
  const headers = { vary, ...answer.headers }
  if (answer.media_type === EVENT_STREAM_MEDIA_TYPE) {
    // An event is read when it comes: proxies must find nothing in it to wait for, and an application that compresses
    // what passes through it would keep it until it has enough.
    return { ...answer, headers: { 'cache-control': 'no-store, no-transform', ...headers } }
  }
  if (accepted === null || request.method === 'HEAD') return { ...answer, headers }
  const pieces = compressPieces(body, accepted)
  return { ...answer, body: pieces, headers: { ...headers, 'content-encoding': accepted } }
}

const encoder = new TextEncoder()

/** A body as it was sent once: it may be the same at every request, or be shared by many. */
interface Form {
  readonly bytes: Uint8Array
  tag: string | null
  readonly coded: Partial<Record<Coding, Promise<Uint8Array>>>
}

const forms = new WeakMap<object, Form>()

function formOf(body: object): Form {
  const known = forms.get(body)
  if (known !== undefined) return known
  const bytes = body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body))
  const form: Form = { bytes, tag: null, coded: {} }
  forms.set(body, form)
  return form
}
