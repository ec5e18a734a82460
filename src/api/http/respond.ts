import { JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE, type Answer } from './answer.ts'

/**
 * On every answer. The data is personal to the operator and out of date at once, so nobody may keep it; and if a
 * browser shows an answer as a page, nothing in it may run, load or be framed.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** An answer as it leaves us. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReplyBody
}

type ReplyBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null

/** What is sent as an answer; a problem learns from `request` which address it is about. */
export function replyOf(answer: Answer, request: Request): Reply {
  const media_type = answer.media_type ?? JSON_MEDIA_TYPE
  return {
    status: answer.status,
    headers: {
      ...SECURITY_HEADERS,
      ...(answer.body === null ? {} : { 'content-type': media_type }),
      ...answer.headers,
    },
    body: bodyOf(answer, media_type, request),
  }
}

/** The same as a web `Response`. */
export function respond(answer: Answer, request: Request): Response {
  return responseOf(replyOf(answer, request))
}

const in_pieces = new WeakSet<Response>()

/** A reply as a web `Response`. */
export function responseOf({ status, headers, body }: Reply): Response {
  const response = new Response(body, { status, headers })
  if (body instanceof ReadableStream) in_pieces.add(response)
  return response
}

/** Whether the body of a response is made while it is read. */
export const isInPieces = (response: Response): boolean => in_pieces.has(response)

function bodyOf({ body }: Answer, media_type: string, request: Request): ReplyBody {
  if (body === null) return null
  // Of `Uint8Array` nothing but `ArrayBuffer` ever holds our bytes.
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  if (body instanceof ReadableStream) {
    if (request.method !== 'HEAD') return body
    // Nobody will read it, so nothing else would end what it holds on to.
    void body.cancel()
    return null
  }
  const instance = URL.parse(request.url)?.pathname ?? '/'
  return JSON.stringify(media_type === PROBLEM_MEDIA_TYPE ? { ...body, instance } : body)
}
