import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authorize } from '../api/access/access-options.ts'
import { siteOf } from '../api/http/guard.ts'
import { mountedHandler } from '../api/http/mounted-handler.ts'
import { startingApi } from '../api/starting-api.ts'
import { systemClock } from '../core/clock.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { version } from '../version.ts'
import { apiAccess, refuseWrongAccess } from './access.ts'
import { placeOf } from './base-path.ts'
import { closeOpened } from './closing.ts'
import { openParts } from './open-parts.ts'
import type { ServerOptions } from './server-options.ts'

/** What a server needs that is a part of somebody else's application. */
export interface MountedServerOptions extends Omit<
  ServerOptions,
  'host' | 'port' | 'requireToken' | 'closingNoticeMs'
> {
  /**
   * Lets those in whom the application knows, with what they may do; null for whoever is to show an access token, as
   * everybody must by default.
   */
  readonly authorize?: Authorize
  /**
   * Whether answers are compressed for clients that accept it. Default true; false where the application compresses what
   * passes through it, or loses the header that says so, as Next.js does.
   */
  readonly compress?: boolean
}

/** What is known of the client of a request. */
export interface ClientConnection {
  /** Its address, by which those are held back who try tokens. Default: not known; all such clients count as one. */
  readonly peer?: string | null | undefined
}

/** A server in somebody else's application: its API, its dashboard and its monitor, without a port of its own. */
export interface MountedServer extends AsyncDisposable {
  /** Records syncs of this process. */
  readonly monitor: Monitor
  /** Below which path it answers; empty for the root. */
  readonly basePath: string
  /** Answers a request, also one whose base path was taken away. Never rejects. */
  readonly fetch: (request: Request, connection?: ClientConnection) => Promise<Response>
  /**
   * The same for Node's own requests, as a listener or as a middleware of Express: `next` is called for paths outside the
   * base path, which otherwise get a 404. Never throws.
   */
  readonly node: (
    request: IncomingMessage,
    response: ServerResponse,
    next?: (error?: unknown) => void,
  ) => void
  /**
   * Ends what goes on without an end, such as live updates, which would keep connections open, and has `/readyz` say that
   * the server stops. All else goes on: call it when the application is told to end, before it waits for its own requests.
   */
  endLiveUpdates(): void
  /**
   * Does the same, waits for running requests and for the syncs of this process, up to `drainMs`, and closes everything:
   * what still runs then is `cancelled`. Later requests get a 503. A second call returns the first one's promise. Rejects
   * when something could not be closed in order.
   */
  close(): Promise<void>
}

/**
 * Opens the database and the logs, and looks after them as `startServer` does, but listens nowhere: the application hands
 * its requests over. Nobody comes in without an access token, unless `authorize` says so.
 *
 * @throws MonitorError `config_invalid`, and what `createMonitor` throws
 */
export async function openServer(options: MountedServerOptions = {}): Promise<MountedServer> {
  const { base_path, public_url } = placeOf(options)
  refuseWrongAccess(options)
  const clock = options.clock ?? systemClock
  const access = {
    ...apiAccess({ ...options, requireToken: true }, 'localhost'),
    authorize: options.authorize,
    mounted: true,
    compresses: options.compress ?? true,
  }
  const parts = new AsyncDisposableStack()
  const stopping = new AbortController()
  const closing = new AbortController()
  const front = startingApi(version(), siteOf(access), base_path)
  let monitor: Monitor | undefined
  const handler = mountedHandler(front, {
    base_path,
    clock,
    drain_ms: options.drainMs,
    settled: async () => monitor?.settled(),
    stopping: stopping.signal,
  })
  const closeAll = async (): Promise<void> => {
    stopping.abort()
    closing.abort()
    // First of all: requests use everything else.
    parts.use(handler)
    await closeOpened(parts, (error) => options.onError?.(error))
  }
  try {
    monitor = await openParts(options, {
      access,
      base_path,
      public_url,
      clock,
      parts,
      stopping: stopping.signal,
      closing: closing.signal,
      onApi: (api) => {
        front.become(api)
      },
    })
    let closed: Promise<void> | undefined
    const close = (): Promise<void> => (closed ??= closeAll())
    return {
      monitor,
      basePath: base_path,
      fetch: (request, { peer = null } = {}) => handler.fetch(request, { peer }),
      node: handler.node,
      endLiveUpdates: () => {
        stopping.abort()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    // Why it could not start is what counts.
    await closeAll().catch(() => {})
    throw error
  }
}
