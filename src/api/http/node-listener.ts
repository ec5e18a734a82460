import { IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { systemErrorCode } from '../../core/errors.ts'
import { problem, type Answer } from './answer.ts'
import { bytesAreDone } from './passing-bytes.ts'
import { respond, type Reply } from './respond.ts'

/** Whatever turns requests into responses; a Hono app does. */
export interface Fetcher {
  fetch(request: Request, connection?: Connection): Response | Promise<Response>
}

/** What is known of a request besides itself. */
export interface Connection {
  /** The address at the other end, which may be that of a proxy; null when it has gone already. */
  readonly peer: string | null
  /** What of the path stands before ours, where it is not the base path: a framework may have taken some away. */
  readonly before_path?: string | undefined
  /** The request as Node has it, with what the application around has put there. Default: nobody has it. */
  readonly incoming?: IncomingMessage | undefined
  /**
   * Sends an answer past the web `Response`, which costs more than to make a small answer; returns what stands for it.
   * Not for HEAD. Default: there is no such way.
   */
  readonly send?: (reply: WholeReply) => Response
}

/** Whether the address of a request is as the client sent it: what comes as a web `Request` alone, others have made. */
export function isAsSent(connection: Partial<Connection> | undefined): boolean {
  return connection?.send !== undefined
}

/** An answer that is not made while it is sent. */
export type WholeReply = Reply & { readonly body: string | Uint8Array | null }

/** Node drops what is beyond its own limit without a word, so that a header which decides something could be missing. */
const MOST_HEADERS = 100
/** A body of more bytes that was answered without it ends the connection. */
const MOST_UNREAD_BYTES = 256 * 1024

export type NodeListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** @param beforePathOf what of the path of a request stands before ours; default the base path */
export function nodeListener(
  app: Fetcher,
  beforePathOf?: (incoming: IncomingMessage) => string | undefined,
): NodeListener {
  const listener = getRequestListener(
    (request, { incoming, outgoing }) => {
      const connection = connectionOf(incoming, outgoing)
      if (beforePathOf === undefined || !(incoming instanceof IncomingMessage))
        return app.fetch(request, connection)
      return app.fetch(request, { ...connection, incoming, before_path: beforePathOf(incoming) })
    },
    {
      // The process may be somebody else's application, whose globals are not ours to replace.
      overrideGlobalObjects: false,
      errorHandler: (error) => respond(adapterProblem(error), anyRequest()),
    },
  )
  return (incoming, outgoing) => {
    // The parser lets other versions pass as if they were this one.
    if (incoming.httpVersionMajor !== 1) refuse(outgoing, problem(505, 'This server speaks HTTP/1.1.'))
    else if (incoming.rawHeaders.length > 2 * MOST_HEADERS) {
      refuse(outgoing, problem(431, `A request may have ${MOST_HEADERS} headers.`))
    } else {
      outgoing.once('finish', () => {
        endWhenMuchIsUnread(incoming)
      })
      void listener(incoming, outgoing)
    }
  }
}

/** Who was refused 64 MB must not go on to send them: Node would read and forget them all. */
function endWhenMuchIsUnread(incoming: IncomingMessage): void {
  if (incoming.complete) return
  // Without a length nobody knows how much would come.
  const length = Number(incoming.headers['content-length'] ?? Infinity)
  if (length > MOST_UNREAD_BYTES) incoming.socket.destroySoon()
}

function connectionOf(
  incoming: { readonly socket?: { readonly remoteAddress?: string | undefined } },
  outgoing: object,
): Connection {
  const peer = incoming.socket?.remoteAddress ?? null
  if (!(outgoing instanceof ServerResponse)) return { peer }
  return {
    peer,
    send: ({ status, headers, body }) => {
      // The application around may have answered by itself, when its own time for a request was over.
      if (outgoing.headersSent || outgoing.destroyed) {
        if (body instanceof Uint8Array) bytesAreDone(body)
        return RESPONSE_ALREADY_SENT
      }
      outgoing.writeHead(status, {
        ...headers,
        ...withEarlierCookies(headers, outgoing),
        ...(body === null ? {} : { 'content-length': Buffer.byteLength(body) }),
      })
      if (body instanceof Uint8Array) {
        outgoing.once('finish', () => {
          bytesAreDone(body)
        })
      }
      outgoing.end(body)
      return RESPONSE_ALREADY_SENT
    },
  }
}

/** `writeHead` takes the place of headers that were set before; of cookies the application may have set some. */
function withEarlierCookies(
  { 'set-cookie': own }: Readonly<Record<string, string>>,
  outgoing: ServerResponse,
): { 'set-cookie'?: string[] } {
  const earlier = outgoing.getHeader('set-cookie')
  if (own === undefined || earlier === undefined) return {}
  return { 'set-cookie': [...[earlier].flat().map(String), own] }
}

const anyRequest = (): Request => new Request('http://localhost/')

/** What goes wrong before a request can be made of what arrived, or when the app breaks its promise not to throw. */
function adapterProblem(error: unknown): Answer {
  return error instanceof RequestError
    ? problem(400, 'The request is malformed.')
    : problem(500, 'The server could not answer this request.')
}

function refuse(outgoing: ServerResponse, answer: Answer): void {
  const { headers } = respond(answer, anyRequest())
  outgoing.writeHead(answer.status, { ...Object.fromEntries(headers), connection: 'close' })
  outgoing.end(textOf(answer))
}

/** Nobody knows which address it was about. */
const textOf = ({ body }: Answer): string => JSON.stringify(Object.assign({}, body, { instance: '/' }))

/** The problems for bytes that are no request; the connection ends with them. */
export function answerNoRequest(error: Error, socket: Socket): void {
  // Half of an answer may have left already: what we added would be taken for the rest of it.
  if (!socket.writable || socket.bytesWritten > 0 || systemErrorCode(error) === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const answer = noRequestProblem(systemErrorCode(error))
  const text = textOf(answer)
  socket.end(
    [
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
      'Connection: close',
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      '',
      text,
    ].join('\r\n'),
  )
}

function noRequestProblem(code: string | undefined): Answer {
  if (code === 'HPE_HEADER_OVERFLOW') return problem(431, 'The headers of the request are too long.')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem(408, 'The request did not arrive in time.')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return problem(413, 'The chunks of the request are too long.')
  return problem(400, 'The request is malformed.')
}
