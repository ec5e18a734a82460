import { resolve } from 'node:path'
import { MonitorError } from '../core/errors.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  /** How often the syncs that this process runs say that they are alive, milliseconds. Default 10,000. */
  readonly heartbeat_interval_ms?: number
}

/** The file of a `sqlite:` URL, absolute. Throws `config_invalid` for any other URL. */
export function sqlitePath(database: string): string {
  if (!database.startsWith('sqlite:') || database.length === 'sqlite:'.length) {
    throw new MonitorError(
      'config_invalid',
      `The database "${withoutCredentials(database)}" is not understood.`,
      {
        next_step: 'Use sqlite:PATH, for example sqlite:data/canvas-sync.db.',
      },
    )
  }
  return resolve(database.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))
}

/** Opens the database named by a URL and brings it to this version's schema. */
export async function openStore(database: string, options: OpenStoreOptions = {}): Promise<Store> {
  const path = sqlitePath(database)
  const { WorkerStore } = await import('./sqlite/worker-store.ts')
  return await WorkerStore.open({ path, heartbeat_interval_ms: options.heartbeat_interval_ms ?? 10_000 })
}

function withoutCredentials(url: string): string {
  // A password may hold any sign, also unescaped ones, so all before the last @ goes.
  return url.replace(/\/\/.*@/, '//…@').replace(/\?.*/, '?…')
}
