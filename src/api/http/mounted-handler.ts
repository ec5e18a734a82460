import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../core/clock.ts'
import { pathBelow } from '../../core/base-path.ts'
import { problem, type Answer } from './answer.ts'
import { nodeListener, type Connection, type Fetcher, type NodeListener } from './node-listener.ts'
import { respond } from './respond.ts'
import { bodyReadBefore, withBody } from './sent-body.ts'
import { watchBody } from './watch-body.ts'

export interface MountedHandlerOptions {
  readonly base_path: string
  readonly clock: Clock
  /** How long closing waits for running requests and {@link settled}, milliseconds; default 10,000. */
  readonly drain_ms?: number | undefined
  /** Resolves when nothing else runs that closing is to wait for; default nothing does. */
  readonly settled?: () => Promise<void>
  /** Aborts when the application is told to end: connections then end with their answers. Default: never. */
  readonly stopping?: AbortSignal
}

/** An app as a part of somebody else's server. */
export interface MountedHandler extends AsyncDisposable {
  fetch(request: Request, connection: Connection): Promise<Response>
  readonly node: (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    next?: (error?: unknown) => void,
  ) => void
}

const CLOSED: Answer = problem(503, 'The server is closed.', {}, { 'retry-after': '5' })
const FAULT: Answer = problem(500, 'The server could not answer this request.')
const BODY_LOST: Answer = problem(
  500,
  'The application has read the body of this request before the monitor could.',
  { detail: 'Mount the monitor before body parsers such as express.json(), or leave its path out of them.' },
)
const NOT_HERE: Answer = problem(404, 'There is nothing at this address.')

/** Takes over an app; the app is not closed with it. */
export function mountedHandler(app: Fetcher, options: MountedHandlerOptions): MountedHandler {
  const { base_path, clock, drain_ms = 10_000, stopping } = options
  const running = new Set<object>()
  let idle: (() => void) | null = null
  let is_closing = false
  const begin = (): (() => void) => {
    const request = {}
    running.add(request)
    return () => {
      if (running.delete(request) && running.size === 0) idle?.()
    }
  }
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      idle = resolve
      if (running.size === 0) resolve()
    })

  const answer = async (request: Request, connection: Connection): Promise<Response> => {
    try {
      return await app.fetch(request, connection)
    } catch {
      // Whatever it is: the application around us has other things to do than to end with us.
      return respond(FAULT, request)
    }
  }

  const listener: NodeListener = nodeListener(
    {
      fetch: (request, connection) => {
        if (is_closing) return respond(CLOSED, request)
        const incoming = connection?.incoming
        const body = incoming === undefined || isBodiless(request) ? 'unread' : bodyReadBefore(incoming)
        if (body === null) return respond(BODY_LOST, request)
        return answer(body === 'unread' ? request : withBody(request, body), connection ?? { peer: null })
      },
    },
    (incoming) => beforePath(incoming, base_path) ?? undefined,
  )

  return {
    async fetch(request, connection) {
      // Uncounted: whoever asks again and again would keep it open.
      if (is_closing) return respond(CLOSED, request)
      const end = begin()
      const response = await answer(request, connection)
      return watchBody(response, end)
    },
    node(incoming, outgoing, next) {
      if (beforePath(incoming, base_path) === null) {
        if (next === undefined) refuse(outgoing)
        else next()
        return
      }
      // While the application looked at it first, the client may have gone, and nothing would tell so a second time.
      if (outgoing.closed || outgoing.destroyed) return
      endConnectionWith(outgoing, incoming.socket, stopping)
      if (!is_closing) outgoing.once('close', begin())
      listener(incoming, outgoing)
    },
    async [Symbol.asyncDispose]() {
      is_closing = true
      const waits = new AbortController()
      const late = clock.sleep(drain_ms, waits.signal).catch(() => {})
      await Promise.race([Promise.all([drained(), options.settled?.()]), late])
      waits.abort()
    },
  }
}

/**
 * The application waits for its connections when it ends. Those of live updates become idle when it has told the idle ones to
 * end already, and who loses a live update asks for it again at once.
 */
function endConnectionWith(
  outgoing: ServerResponse,
  socket: Socket,
  stopping: AbortSignal | undefined,
): void {
  if (stopping?.aborted === true && !outgoing.headersSent) outgoing.setHeader('connection', 'close')
  outgoing.once('finish', () => {
    if (stopping?.aborted === true) socket.destroySoon()
  })
}

const isBodiless = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** What frameworks add to a request: the address before they took anything away, and what Express took. */
interface Framed {
  readonly originalUrl?: unknown
  readonly baseUrl?: unknown
}

/**
 * What of the path of a request stands before ours; null for a request outside the base path. Frameworks take away what
 * they have matched and keep the whole as `originalUrl`: then all that comes is ours, whatever the path was. Others of the
 * application may have rewritten the address, into our path or past it.
 */
function beforePath(incoming: IncomingMessage, base_path: string): string | null {
  const { url = '/', originalUrl, baseUrl } = incoming as IncomingMessage & Framed
  const whole = typeof originalUrl === 'string' ? originalUrl : url
  if (pathBelow(base_path, whole) === null) {
    if (pathBelow(base_path, url) !== null) return base_path
    return isTakenFrom(whole, url, baseUrl) ? '' : null
  }
  const ours = whole.slice(base_path.length)
  return url.endsWith(ours) ? url.slice(0, url.length - ours.length) : ''
}

/** Whether `url` is the rest of `whole` after a framework has taken away what it matched. */
function isTakenFrom(whole: string, url: string, taken: unknown): boolean {
  if (whole === url) return false
  // Express says so itself; it is empty where nothing was.
  if (typeof taken === 'string') return taken !== ''
  return url === '/' || url.startsWith('/?') || whole.endsWith(url)
}

function refuse(outgoing: ServerResponse): void {
  const request = new Request('http://localhost/')
  const { headers } = respond(NOT_HERE, request)
  outgoing.writeHead(404, Object.fromEntries(headers))
  outgoing.end(JSON.stringify(Object.assign({}, NOT_HERE.body, { instance: '/' })))
}
