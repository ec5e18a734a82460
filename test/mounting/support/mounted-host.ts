import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openServer, type MountedServer, type MountedServerOptions } from '../../../src/server/index.ts'
import { makeToken } from '../../api/support/guarded-server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

export interface MountedHost extends AsyncDisposable {
  readonly monitor: MountedServer
  /** Of the application itself. */
  readonly server: Server
  readonly url: string
  token(...scopes: readonly string[]): Promise<string>
  get(path: string, token?: string | null, init?: Sent): Promise<Response>
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

type Middleware = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** A monitor in a folder of its own. */
export function openMounted(options: Partial<MountedServerOptions> = {}): Promise<MountedServer> {
  const directory = temporaryDirectory()
  return openServer({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
    basePath: '/monitor',
    ...options,
  })
}

/** An application on Node's own server that has the monitor below `/monitor`. */
export async function openHost(
  options: Partial<MountedServerOptions> = {},
  before: Middleware = () => {},
): Promise<MountedHost> {
  const monitor = await openMounted(options)
  const answer: RequestListener = (request, response) => {
    void (async () => {
      await before(request, response)
      monitor.node(request, response, () => {
        response.writeHead(200, { 'content-type': 'text/plain' }).end('the application')
      })
    })()
  }
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    monitor,
    server,
    url,
    token: (...scopes) => makeToken(monitor.monitor.store, scopes),
    get: (path, token, init = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { ...init.headers, ...(token == null ? {} : { authorization: `Bearer ${token}` }) },
      }),
    async [Symbol.asyncDispose]() {
      await monitor.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
