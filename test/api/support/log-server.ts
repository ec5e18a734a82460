import { after } from 'node:test'
import { EventHub } from '../../../src/api/events/event-hub.ts'
import { listen } from '../../../src/api/http/listen.ts'
import { logReading, type LogReading } from '../../../src/api/logs/log-reading.ts'
import { createApi } from '../../../src/api/app.ts'
import type { ApiServices, ErrorPlace } from '../../../src/api/services.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { FakeLogMaintenance } from './test-api.ts'
import { BASE, VERSION } from './test-api.ts'
import { openTestStore } from './test-store.ts'

export interface LogServer {
  /** The log folder. */
  readonly directory: string
  readonly url: string
  readonly reading: LogReading
  readonly errors: { error: unknown; place: ErrorPlace }[]
  get(path: string, init?: RequestInit): Promise<Response>
  /** As the server stops: first what has no end, then the rest. */
  stop(): Promise<void>
}

/** The API over real HTTP and a log folder of its own, in UTC. */
export async function openLogServer(services: Partial<ApiServices> = {}): Promise<LogServer> {
  const directory = temporaryDirectory()
  const stopping = new AbortController()
  const reading = logReading(directory, 'UTC', stopping.signal)
  const errors: LogServer['errors'] = []
  const store = await openTestStore()
  const app = createApi({
    store,
    logs: new FakeLogMaintenance(),
    log_reading: reading,
    events: new EventHub({ changes: store.changes, clock: systemClock, onError: () => {} }),
    clock: systemClock,
    version: VERSION,
    onError: (error, place) => errors.push({ error, place }),
    ...services,
  })
  const server = await listen(app, { host: '127.0.0.1', port: 0, drain_ms: 20_000 })
  const stop = async (): Promise<void> => {
    stopping.abort()
    await server.close()
  }
  after(stop)
  return {
    directory,
    url: `${server.url}${BASE}`,
    reading,
    errors,
    get: (path, init) => fetch(`${server.url}${BASE}${path}`, init),
    stop,
  }
}

/** Resolves as soon as `holds` does; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(5)
}
