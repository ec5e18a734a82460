import { after } from 'node:test'
import type { Gate } from '../../../src/api/access/gate.ts'
import { createApi, type ApiOptions } from '../../../src/api/app.ts'
import { EventHub } from '../../../src/api/events/event-hub.ts'
import { listen, type Listening } from '../../../src/api/http/listen.ts'
import type { Fetcher } from '../../../src/api/http/node-listener.ts'
import { logReading } from '../../../src/api/logs/log-reading.ts'
import type { ApiServices } from '../../../src/api/services.ts'
import { startingApi } from '../../../src/api/starting-api.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Ingest } from '../../../src/ingest/ingest.ts'
import type { Store, StoreHealth } from '../../../src/store/store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { givenIncident } from './incident-factory.ts'
import { makeToken, NO_LIMITS } from './guarded-server.ts'
import { sync } from './sync-factory.ts'
import { BASE, FakeLogMaintenance, VERSION } from './test-api.ts'
import { openTestStore, withParts } from './test-store.ts'

/** What there is to ask about, behind servers that stand in each of the ways a server can. */
export interface ContractWorld {
  /** Asks everybody for a token. */
  readonly url: string
  /** Does not count requests, asks for no token. */
  readonly open_url: string
  /** Lets hardly any request through. */
  readonly tight_url: string
  /** Fails at everything it is asked. */
  readonly broken_url: string
  /** Has not started yet. */
  readonly starting_url: string
  readonly tokens: Readonly<Record<'admin' | 'read' | 'ingest', string>>
  readonly store: Store
  readonly sync_id: number
  readonly task_id: string
  readonly logs: FakeLogMaintenance
  /** Null while the database is well. */
  trouble: StoreHealth | null
  /** A new token that may be revoked; its public id. */
  newTokenId(): Promise<string>
}

export async function openContractWorld(): Promise<ContractWorld> {
  const directory = temporaryDirectory()
  const stopping = new AbortController()
  // Before that of the store, which it needs to the end.
  after(async () => {
    stopping.abort()
    await ingest.close()
  })
  const opened = await openTestStore()
  const world = { trouble: null as StoreHealth | null }
  const store = withParts(opened, { health: async () => world.trouble ?? (await opened.health()) })
  const clock = systemClock
  const logs = new FakeLogMaintenance()
  const ingest = await Ingest.open({ store: store.ingest, logDir: directory, clock, onFailure: () => {} })
  const services: ApiServices = {
    store,
    logs,
    log_reading: logReading(directory, 'UTC', stopping.signal),
    events: new EventHub({ changes: store.changes, clock, stopping: stopping.signal, onError: () => {} }),
    ingest,
    delivery: {
      channels: [{ name: 'ops', kind: 'stdout', target: 'standard output', fallback: null }],
      test: () => Promise.resolve(1),
    },
    clock,
    version: VERSION,
    onError: () => {},
  }
  const serve = async (app: Fetcher): Promise<string> => {
    const server: Listening = await listen(app, { host: '127.0.0.1', port: 0, drain_ms: 1000 })
    after(() => server.close())
    return server.url
  }
  const over = (options: ApiOptions): Promise<string> =>
    serve(createApi(services, { rate_limits: NO_LIMITS, ...options }))
  const sync_id = await sync.failed({ task_id: 'task-of-42', user_id: '42' })(store.syncs, clock.now())
  await givenIncident(store, '42', sync_id)
  const token = async (scope: string): Promise<string> => await makeToken(store, [scope])
  const open_url = await over({})
  await reportSync(open_url)
  return Object.assign(world, {
    open_url,
    url: await over({ require_token: true }),
    tight_url: await over({
      rate_limits: { ...NO_LIMITS, address_per_minute: 0, sign_in_per_minute: 0, loopback: true },
    }),
    broken_url: await over({ gate: brokenGate }),
    starting_url: await serve(startingApi(VERSION)),
    tokens: { admin: await token('admin'), read: await token('read'), ingest: await token('ingest') },
    store,
    sync_id,
    task_id: 'task-of-42',
    logs,
    newTokenId: async () => (await token('read')).split('_')[1] ?? '',
  })
}

/** One that has log lines, too. */
async function reportSync(url: string): Promise<void> {
  const events = [
    { type: 'start', task_id: 'reported', user_id: 42, sync_type: 'grades' },
    { type: 'finish', task_id: 'reported', status: 'completed' },
  ]
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}${BASE}/ingest`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ events }),
  })
  if (!response.ok) throw new Error(await response.text())
}

/** Lets nobody in, because it cannot even say who somebody is. */
const brokenGate = {
  addressOf: () => null,
  refusal: () => null,
  admit: () => Promise.reject(new Error('the gate is broken')),
} as unknown as Gate
