import { Client, Pool, type ClientBase, type ClientConfig, type PoolClient } from 'pg'
import type { PostgresAddress } from './postgres-url.ts'
import { resultTypes } from './postgres-values.ts'

/** The server should be the first to give up: then the connection stays good. */
const ANSWER_GRACE_MS = 5000
const CONNECT_TIMEOUT_MS = 10_000

function sessionSettings({ statement_timeout_ms, session_settings = [] }: PostgresAddress): string {
  return [
    `set statement_timeout = ${statement_timeout_ms}`,
    `set lock_timeout = ${statement_timeout_ms >> 1}`,
    // A job that was stopped in the middle of a transaction must not keep others out.
    `set idle_in_transaction_session_timeout = ${statement_timeout_ms}`,
    'set synchronous_commit = on',
    // Compiling takes longer than any query of the store.
    'set jit = off',
    // Every statement is made to be answered by an index, and is tested with such plans. They are made once for each
    // statement, without its parameters, and must not turn into a reading of the whole table on a guess at how many
    // rows there are.
    'set plan_cache_mode = force_generic_plan',
    'set enable_seqscan = off',
    'set random_page_cost = 1.1',
    // A plan made on a guess at the number of rows must not start processes for a few of them.
    'set max_parallel_workers_per_gather = 0',
    'set client_min_messages = warning',
    ...session_settings,
  ].join('; ')
}

function clientConfig(address: PostgresAddress): ClientConfig {
  return {
    connectionString: address.url,
    fallback_application_name: 'canvas-sync-monitor',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A server whose machine vanished says nothing at all.
    query_timeout: address.statement_timeout_ms + ANSWER_GRACE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: resultTypes,
  }
}

/** Settings by statement and not at the start of the session, which connection poolers do not let through. */
async function prepareSession(client: ClientBase, address: PostgresAddress): Promise<void> {
  await client.query(sessionSettings(address))
}

async function verifySession(
  client: ClientBase,
  address: PostgresAddress,
  done: (error?: Error) => void,
): Promise<void> {
  let failure: Error | undefined
  try {
    await prepareSession(client, address)
  } catch (error) {
    failure = error as Error
  }
  done(failure)
}

const ignore = (): void => {}

/** A pool that does not keep the process alive while nobody asks for anything. */
export function createPool(address: PostgresAddress): Pool {
  const pool = new Pool({
    ...clientConfig(address),
    max: address.pool_size,
    allowExitOnIdle: true,
    verify: (client, done) => void verifySession(client, address, done),
  })
  // A connection that breaks while it is idle is replaced by the pool; one that is in use fails its query.
  pool.on('error', ignore)
  pool.on('connect', (client: PoolClient) => {
    client.on('error', ignore)
  })
  return pool
}

/** Lets the process end although the connection is open; the driver has it, its types do not. */
export function unreference(client: Client): void {
  const { unref } = client as unknown as { unref(): void }
  unref.call(client)
}

/** One connection outside of any pool. The caller ends it. */
export async function connectClient(address: PostgresAddress): Promise<Client> {
  const client = new Client(clientConfig(address))
  client.on('error', ignore)
  try {
    await client.connect()
    await prepareSession(client, address)
    return client
  } catch (error) {
    client.end().catch(ignore)
    throw error
  }
}
