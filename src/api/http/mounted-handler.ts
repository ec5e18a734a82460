import type { IncomingMessage, ServerResponse } from 'node:http'
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
  /** How long closing waits for running requests, milliseconds; default 10,000. */
  readonly drain_ms?: number | undefined
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
  const { base_path, clock, drain_ms = 10_000 } = options
  const running = new Set<object>()
  let idle: (() => void) | null = null
  let is_closed = false
  const begin = (): (() => void) => {
    const request = {}
    running.add(request)
    return () => {
      if (running.delete(request) && running.size === 0) idle?.()
    }
  }

  const answer = async (request: Request, connection: Connection): Promise<Response> => {
    try {
      return is_closed ? respond(CLOSED, request) : await app.fetch(request, connection)
    } catch {
      // Whatever it is: the application around us has other things to do than to end with us.
      return respond(FAULT, request)
    }
  }

  const listener: NodeListener = nodeListener(
    {
      fetch: (request, connection) => {
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
      outgoing.once('close', begin())
      listener(incoming, outgoing)
    },
    async [Symbol.asyncDispose]() {
      const waits = new AbortController()
      const drained = new Promise<void>((resolve) => {
        idle = resolve
        if (running.size === 0) resolve()
      })
      const late = clock.sleep(drain_ms, waits.signal).catch(() => {})
      await Promise.race([drained, late])
      waits.abort()
      is_closed = true
    },
  }
}

const isBodiless = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/**
 * What of the path of a request stands before ours; null for a request outside the base path. Frameworks take away what
 * they have matched and keep the whole as `originalUrl`: then all that comes is ours, whatever the path was.
 */
function beforePath(incoming: IncomingMessage, base_path: string): string | null {
  const { url = '/', originalUrl } = incoming as IncomingMessage & { readonly originalUrl?: unknown }
  const whole = typeof originalUrl === 'string' ? originalUrl : url
  if (pathBelow(base_path, whole) === null) return whole === url ? null : ''
  const ours = whole.slice(base_path.length)
  return url.endsWith(ours) ? url.slice(0, url.length - ours.length) : ''
}

function refuse(outgoing: ServerResponse): void {
  const request = new Request('http://localhost/')
  const { headers } = respond(NOT_HERE, request)
  outgoing.writeHead(404, Object.fromEntries(headers))
  outgoing.end(JSON.stringify(Object.assign({}, NOT_HERE.body, { instance: '/' })))
}
