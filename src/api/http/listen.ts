import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { systemClock, type Clock } from '../../core/clock.ts'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import { answerNoRequest, nodeListener, type Fetcher } from './node-listener.ts'

export interface ListenOptions {
  /** Name or address to bind to. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How long {@link Listening.close} waits for running requests, milliseconds; default 10,000. */
  readonly drain_ms?: number
  /** How people name another port and address, for errors. Default: the options and variables of `serve`. */
  readonly settings?: { readonly port: string; readonly host: string }
  /** Connections at once; one more is closed at once. Default 4096. */
  readonly max_connections?: number
  /** How long a client may take to send its headers, and its whole request, milliseconds. Default 10,000 and 30,000. */
  readonly headers_timeout_ms?: number
  readonly request_timeout_ms?: number
  /** How long nothing may move of what a client does not read, milliseconds; default 120,000. */
  readonly unread_timeout_ms?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface Listening extends AsyncDisposable {
  /** Where a browser on this machine finds the server. */
  readonly url: string
  readonly port: number
  /** How many requests have come whose answers have not left. */
  running(): number
  /**
   * Stops accepting, ends idle connections and waits for running requests, but not longer than `drain_ms`. A second
   * call returns the first one's promise.
   */
  close(): Promise<void>
}

/** How long a client may take to send its headers, and its whole request, milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** Longer than the minute that proxies keep a connection: who ends it first must not be us, in mid-request. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Also of an answer that has begun: heartbeats come far more often in those that wait for something. */
const UNREAD_TIMEOUT_MS = 120_000
const TIMEOUT_CHECK_MS = 5_000
const MAX_HEADER_BYTES = 16 * 1024
const MAX_CONNECTIONS = 4096

/** @throws {MonitorError} `port_in_use` or `address_refused` when the address cannot be had */
export async function listen(app: Fetcher, options: ListenOptions): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: options.headers_timeout_ms ?? HEADERS_TIMEOUT_MS,
      requestTimeout: options.request_timeout_ms ?? REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, options.headers_timeout_ms ?? TIMEOUT_CHECK_MS),
      maxHeaderSize: MAX_HEADER_BYTES,
      // Stated, because options of the process may change the defaults: a lenient parser is how requests are smuggled.
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    nodeListener(app),
  )
  server.maxConnections = options.max_connections ?? MAX_CONNECTIONS
  server.on('clientError', (error, socket) => answerNoRequest(error, socket as Socket))
  try {
    server.listen({ host: options.host, port: options.port })
    await once(server, 'listening')
  } catch (error) {
    throw toListenError(error, options)
  }
  const running = trackResponses(server)
  endUnreadConnections(server, running, options.unread_timeout_ms ?? UNREAD_TIMEOUT_MS)
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= drain(server, running, options))
  return {
    url: urlOf(options.host, port),
    port,
    running: () => running.size,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const running = new Set<ServerResponse>()
  server.on('request', (_request, response) => {
    running.add(response)
    response.once('close', () => running.delete(response))
  })
  return running
}

/**
 * A client that has stopped reading would keep what is on its way to it in memory for ever. Node looks whether any of
 * it has moved.
 */
function endUnreadConnections(
  server: Server,
  running: ReadonlySet<ServerResponse>,
  unread_timeout_ms: number,
): void {
  server.setTimeout(unread_timeout_ms, (socket) => {
    // While an answer is being made there is nothing to read.
    const waits = socket.writableLength === 0 && [...running].some((response) => response.socket === socket)
    if (!waits) socket.destroy()
  })
}

async function drain(
  server: Server,
  running: ReadonlySet<ServerResponse>,
  { drain_ms = 10_000, clock = systemClock }: ListenOptions,
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

function toListenError(error: unknown, { host, port, settings }: ListenOptions): unknown {
  const code = systemErrorCode(error)
  const choose = `choose another one with ${settings?.port ?? '--port or PORT'}`
  if (code === 'EADDRINUSE') {
    return new MonitorError('port_in_use', `Port ${port} on ${host} is in use already: ${choose}.`, {
      cause: error,
      next_step: `Stop the program that uses it, or start with ${settings?.port ?? '--port'} ${port + 1}.`,
    })
  }
  if (code === 'EACCES') {
    return new MonitorError('address_refused', `Port ${port} on ${host} is not allowed: ${choose}.`, {
      cause: error,
      next_step: 'Take a port from 1024 up: those below are for the system.',
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const message = `This machine has no address ${host}: choose another one with ${settings?.host ?? '--host or HOST'}.`
    return new MonitorError('address_refused', message, {
      cause: error,
      next_step: `Leave ${settings?.host ?? 'HOST'} out to listen on 127.0.0.1, this machine alone.`,
    })
  }
  return error
}
