import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import { problem, type Answer } from './answer.ts'
import { respond } from './respond.ts'

/** Whatever turns requests into responses; a Hono app does. */
export interface Fetcher {
  fetch(request: Request): Response | Promise<Response>
}

export interface ListenOptions {
  /** Name or address to bind to. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How long {@link Listening.close} waits for running requests, milliseconds; default 5000. */
  readonly drain_ms?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface Listening extends AsyncDisposable {
  /** Where a browser on this machine finds the server. */
  readonly url: string
  readonly port: number
  /**
   * Stops accepting, ends idle connections and waits for running requests, but not longer than `drain_ms`. A second
   * call returns the first one's promise.
   */
  close(): Promise<void>
}

/** How long a client may take to send its headers, and its whole request, milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_TIMEOUT_MS = 5_000
const TIMEOUT_CHECK_MS = 5_000

/** @throws {MonitorError} `port_in_use` or `address_refused` when the address cannot be had */
export async function listen(app: Fetcher, options: ListenOptions): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    toNodeListener(app),
  )
  try {
    server.listen({ host: options.host, port: options.port })
    await once(server, 'listening')
  } catch (error) {
    throw toListenError(error, options)
  }
  const running = trackResponses(server)
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= drain(server, running, options))
  return { url: urlOf(options.host, port), port, close, [Symbol.asyncDispose]: close }
}

function toNodeListener(app: Fetcher): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const listener = getRequestListener((request) => app.fetch(request), {
    // The process may be somebody else's application, whose globals are not ours to replace.
    overrideGlobalObjects: false,
    errorHandler: (error) => respond(adapterProblem(error), new Request('http://localhost/')),
  })
  return (incoming, outgoing) => void listener(incoming, outgoing)
}

/** What goes wrong before a request can be made of what arrived, or when the app breaks its promise not to throw. */
function adapterProblem(error: unknown): Answer {
  return error instanceof RequestError
    ? problem(400, 'The request is malformed.')
    : problem(500, 'The server could not answer this request.')
}

function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const running = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    running.add(response)
    response.once('close', () => running.delete(response))
  })
  return running
}

async function drain(
  server: Server,
  running: ReadonlySet<ServerResponse>,
  { drain_ms = 5_000, clock = systemClock }: ListenOptions,
): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // Node ends the connections that are idle now; those of running requests would wait for a next one.
  for (const response of running) endConnectionWith(response, server)
  server.prependListener('request', (_request, response) => {
    endConnectionWith(response, server)
  })
  const finished = new AbortController()
  const deadline = endConnectionsAfter(drain_ms, server, clock, finished.signal)
  await closed
  finished.abort()
  await deadline
}

function endConnectionWith(response: ServerResponse, server: Server): void {
  if (response.headersSent) response.once('close', () => setImmediate(() => server.closeIdleConnections()))
  else response.setHeader('connection', 'close')
}

async function endConnectionsAfter(
  drain_ms: number,
  server: Server,
  clock: Clock,
  finished: AbortSignal,
): Promise<void> {
  try {
    await clock.sleep(drain_ms, finished)
    server.closeAllConnections()
  } catch {
    // They have all ended by themselves.
  }
}

function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function toListenError(error: unknown, { host, port }: ListenOptions): unknown {
  const code = systemErrorCode(error)
  const choose = 'choose another one with --port or PORT'
  if (code === 'EADDRINUSE') {
    return new MonitorError('port_in_use', `Port ${port} on ${host} is in use already: ${choose}.`, {
      cause: error,
      next_step: `Stop the program that uses it, or start with --port ${port + 1}.`,
    })
  }
  if (code === 'EACCES') {
    return new MonitorError('address_refused', `Port ${port} on ${host} is not allowed: ${choose}.`, {
      cause: error,
      next_step: 'Take a port from 1024 up: those below are for the system.',
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const message = `This machine has no address ${host}: choose another one with --host or HOST.`
    return new MonitorError('address_refused', message, {
      cause: error,
      next_step: 'Leave HOST out to listen on 127.0.0.1, this machine alone.',
    })
  }
  return error
}
