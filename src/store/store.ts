import type { SyncStore } from './sync-store.ts'
import type { SyncedDataStore } from './synced-data-store.ts'

export interface StoreHealth {
  readonly ok: boolean
  /** One sentence when it is not. */
  readonly message: string | null
}

/**
 * The database: the monitor's own tables and the synced data, behind one connection.
 *
 * A store is whatever passes the conformance suite in `test/store/store-suite.ts`. What a call has resolved is
 * durable: it survives a killed process and a power cut.
 */
export interface Store extends AsyncDisposable {
  readonly syncs: SyncStore
  readonly data: SyncedDataStore
  /** A cheap round trip through the database. */
  health(): Promise<StoreHealth>
  /** Finishes what was asked before and closes; a second call returns the first one's promise. */
  close(): Promise<void>
}
