import { resolve } from 'node:path'
import { MonitorError } from '../core/errors.ts'
import type { MigrateOptions } from './migrations/postponed-indexes.ts'
import { parsePostgresUrl } from './postgres/postgres-url.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions extends MigrateOptions {
  /** How often the syncs that this process runs say that they are alive, milliseconds. Default 10,000. */
  readonly heartbeat_interval_ms?: number
  /** Threads of a SQLite store that only read beside the one that writes: a server wants two. Default 0. */
  readonly reader_threads?: number
  /** Memory for pages of a SQLite file that is written at many places at once, MiB. Default 16. */
  readonly cache_mib?: number
}

/** The file of a `sqlite:` URL, absolute. Throws `config_invalid` for any other URL. */
export function sqlitePath(database: string): string {
  if (!database.startsWith('sqlite:') || database.length === 'sqlite:'.length) {
    throw new MonitorError(
      'config_invalid',
      `The database "${withoutCredentials(database)}" is not understood.`,
      {
        next_step:
          'Use sqlite:PATH, for example sqlite:data/canvas-sync.db, or postgres://USER@HOST/DATABASE.',
      },
    )
  }
  return resolve(database.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))
}

/** Whether a URL names a PostgreSQL database: any number of machines may use it, and it is no file of this one. */
export function isPostgres(database: string): boolean {
  return /^postgres(?:ql)?:/.test(database)
}

/** The database of a URL as people are told of it: the path of a file, or name and host. Never a password. */
export function databasePlace(database: string): string {
  return isPostgres(database) ? parsePostgresUrl(database).place : sqlitePath(database)
}

/** Opens the database named by a URL and brings it to this version's schema. */
export async function openStore(database: string, options: OpenStoreOptions = {}): Promise<Store> {
  if (isPostgres(database)) {
    const { PostgresStore } = await import('./postgres/postgres-store.ts')
    return await PostgresStore.open(database, options)
  }
  const path = sqlitePath(database)
  const { WorkerStore } = await import('./sqlite/worker-store.ts')
  const { heartbeat_interval_ms = 10_000, reader_threads = 0, ...file } = options
  return await WorkerStore.open({ path, heartbeat_interval_ms, reader_threads, file })
}

function withoutCredentials(url: string): string {
  // A password may hold any sign, also unescaped ones, so all before the last @ goes.
  return url.replace(/\/\/.*@/, '//…@').replace(/\?.*/, '?…')
}
