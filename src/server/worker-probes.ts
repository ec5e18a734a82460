import type { Probe } from '../api/health/health.ts'
import { listen, type Listening } from '../api/http/listen.ts'
import type { Fetcher } from '../api/http/node-listener.ts'
import type { WorkerHealth } from '../queue/worker-health.ts'

export interface WorkerProbesOptions {
  /** Address to listen on. */
  readonly host: string
  readonly port: number
  readonly version: string
  readonly health: () => WorkerHealth
}

/**
 * Answers `/livez` and `/readyz` of a worker, as a server does of itself; nothing else, and nothing about syncs.
 *
 * @throws MonitorError `port_in_use` or `address_refused` when the address cannot be had
 */
export function listenForProbes({ host, port, version, health }: WorkerProbesOptions): Promise<Listening> {
  const app: Fetcher = {
    fetch({ method, url }) {
      const { live, ready, error } = health()
      const { pathname } = new URL(url)
      if (pathname !== '/livez' && pathname !== '/readyz') return new Response(null, { status: 404 })
      if (method !== 'GET' && method !== 'HEAD')
        return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
      const well = pathname === '/livez' ? live : ready
      const body: Probe = {
        status: well ? 'pass' : 'fail',
        version,
        ...(well || error === null ? {} : { error }),
      }
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
      return new Response(JSON.stringify(body), { status: well ? 200 : 503, headers })
    },
  }
  const settings = { host: '--probe-host', port: '--probe-port' }
  return listen(app, { host, port, settings, max_connections: 64 })
}
