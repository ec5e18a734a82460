import type { ClientBase } from 'pg'
import { MonitorError } from '../../core/errors.ts'
import type { Migration, MigrationReport } from '../migrations/migrations.ts'
import type { MigrateOptions } from '../migrations/postponed-indexes.ts'
import { sqlParts } from '../sql/sql-parts.ts'
import { PartedStore, type StoreHealth } from '../store.ts'
import { HeartbeatThread } from './heartbeat-thread.ts'
import { KeptSyncStore } from './kept-sync-store.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { PostgresDatabase } from './postgres-database.ts'
import { takesNoChanges, toStoreError } from './postgres-errors.ts'
import { connectClient } from './postgres-pool.ts'
import { guardServer } from './postgres-server-check.ts'
import { parsePostgresUrl, type PostgresAddress } from './postgres-url.ts'

export interface PostgresStoreOptions extends MigrateOptions {
  /** How often the syncs that this process runs say that they are alive, milliseconds. Default 10,000. */
  readonly heartbeat_interval_ms?: number
}

interface HealthFacts {
  readonly read_only: 'on' | 'off'
}

/** A table of ours is looked at, so that a database that was emptied is not healthy. */
const HEALTH = `select current_setting('transaction_read_only') as read_only,
  (select id from canvas_sync_sources limit 1) as source`

/** The store over one PostgreSQL database, for any number of processes and machines. */
export class PostgresStore extends PartedStore {
  readonly #address: PostgresAddress
  readonly #database: PostgresDatabase
  readonly #heartbeats: HeartbeatThread
  #closing: Promise<void> | null = null

  private constructor(address: PostgresAddress, heartbeats: HeartbeatThread) {
    const database = new PostgresDatabase(address)
    super({ ...sqlParts(database), syncs: new KeptSyncStore(database, heartbeats) })
    this.#address = address
    this.#database = database
    this.#heartbeats = heartbeats
  }

  /** Connects and brings the database to this version's schema. */
  static async open(
    url: string,
    { heartbeat_interval_ms = 10_000, ...options }: PostgresStoreOptions = {},
  ): Promise<PostgresStore> {
    const address = parsePostgresUrl(url)
    await prepareDatabase(address, options)
    const heartbeats = new HeartbeatThread({ url, heartbeat_interval_ms })
    return new PostgresStore(address, heartbeats)
  }

  async health(): Promise<StoreHealth> {
    try {
      const [facts] = await this.#database.read(({ select }) => select<HealthFacts>(HEALTH, []))
      if (facts?.read_only === 'on') return { ok: false, message: takesNoChanges(this.#address) }
      return { ok: true, message: null }
    } catch (error) {
      const message = error instanceof MonitorError ? error.message : 'The database does not answer.'
      return { ok: false, message }
    }
  }

  override hurry(): void {
    this.#database.hurry()
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#database.close()
      await this.#heartbeats.stop()
    })()
    return this.#closing
  }
}

/** Brings the database to this version's schema and does nothing else. */
export function migratePostgres(url: string): Promise<MigrationReport> {
  return prepareDatabase(parsePostgresUrl(url))
}

/** The migrations that the database lacks; changes nothing. */
export function pendingPostgres(url: string): Promise<Migration[]> {
  const address = parsePostgresUrl(url)
  return withGuardedClient(address, (client) => pendingMigrations(client))
}

function prepareDatabase(address: PostgresAddress, options?: MigrateOptions): Promise<MigrationReport> {
  return withGuardedClient(address, (client) => migrate(client, undefined, options))
}

async function withGuardedClient<T>(
  address: PostgresAddress,
  use: (client: ClientBase) => Promise<T>,
): Promise<T> {
  try {
    const client = await connectClient(address)
    try {
      await guardServer(client, address)
      return await use(client)
    } finally {
      await client.end()
    }
  } catch (error) {
    throw toStoreError(error, address)
  }
}
