import { join } from 'node:path'
import { after } from 'node:test'
import { newSecret } from '../../../src/core/access-secret.ts'
import { startServer, type RunningServer, type ServerOptions } from '../../../src/server/index.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { givenIncident } from './incident-factory.ts'
import { sync } from './sync-factory.ts'
import { BASE } from './test-api.ts'

/** So high that no test meets them by chance. */
export const NO_LIMITS = {
  address_per_minute: 1_000_000,
  token_per_minute: 1_000_000,
  ingest_per_minute: 1_000_000,
  ingest_mib_per_minute: 1_000_000,
  failed_per_minute: 1_000_000,
  sign_in_per_minute: 1_000_000,
}

export interface SpecialToken {
  readonly expires_at?: number
  readonly revoked?: boolean
  readonly name?: string
}

export interface GuardedServer {
  readonly server: RunningServer
  readonly store: Store
  /** Holds the database and the logs. */
  readonly directory: string
  /** Of the API: with its base path. */
  readonly url: string
  /** Makes a token and returns its text. */
  token(scopes: readonly string[], special?: SpecialToken): Promise<string>
  send(method: string, path: string, token?: string | null, body?: object): Promise<Response>
}

/** A token in a database, and its text. */
export async function makeToken(
  store: Store,
  scopes: readonly string[],
  { expires_at, revoked, name = 'a test' }: SpecialToken = {},
): Promise<string> {
  const { id, text, digest } = newSecret('token')
  const created_at = Date.now()
  const audit = { actor_kind: 'cli', actor_id: null, user_id: null, route: null, address: null }
  const entry = { ...audit, at: created_at, action: 'token_created', target: id }
  await store.access.createToken(
    { id, digest, name, scopes, created_at, created_by: 'cli', expires_at: expires_at ?? null },
    entry,
  )
  if (revoked === true) await store.access.revokeToken(id, created_at, { ...entry, action: 'token_revoked' })
  return text
}

/** A server that asks everybody for a token, over a database of its own that has one. */
export async function openGuardedServer(options: Partial<ServerOptions> = {}): Promise<GuardedServer> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'syncs.db')}`
  {
    await using store = await openStore(database)
    await makeToken(store, ['admin'])
  }
  const server = await startServer({
    database,
    logDir: join(directory, 'logs'),
    port: 0,
    requireToken: true,
    rateLimits: NO_LIMITS,
    logCleanup: false,
    // Incidents are those that a test gives: when a server would find some is another matter.
    alerts: false,
    ...options,
  })
  after(() => server.close())
  const { store } = server.monitor
  const url = `${server.url}${BASE}`
  return {
    server,
    store,
    directory,
    url,
    token: (scopes, special) => makeToken(store, scopes, special),
    send: (method, path, token, body) =>
      fetch(path.startsWith('http') ? path : `${url}${path}`, {
        method,
        headers: {
          ...(token == null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  }
}

/** One sync of each of two users, 42 and 7. */
export async function givenTwoUsers(store: Store): Promise<{ of_42: number; of_7: number }> {
  const now = Date.now()
  const of_42 = await sync.failed({ task_id: 'task-of-42', user_id: '42' })(store.syncs, now)
  const of_7 = await sync.failed({ task_id: 'task-of-7', user_id: '7' })(store.syncs, now)
  await givenIncident(store, '42', of_42)
  return { of_42, of_7 }
}
