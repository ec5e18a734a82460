import { systemClock, type Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { isPostgres } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { EmbeddedQueue } from './embedded-queue.ts'
import { OTHER_VERSION } from './pg-boss-start.ts'
import { DEFAULT_LEASE_MS, SHORTEST_LEASE_MS, type SyncQueue } from './sync-queue.ts'

export interface OpenQueueOptions {
  /** Milliseconds, 10 s at least. Default 30 s. */
  readonly lease_ms?: number
  /** Of a worker: it also looks for silent ones. Default false. */
  readonly supervise?: boolean
  readonly clock?: Clock
}

/** The queue that goes with a database: pg-boss with PostgreSQL, the embedded one with SQLite. */
export async function openQueue(
  database: string,
  store: Store,
  { lease_ms = DEFAULT_LEASE_MS, supervise = false, clock = systemClock }: OpenQueueOptions = {},
): Promise<SyncQueue> {
  const lease = Math.max(SHORTEST_LEASE_MS, lease_ms)
  if (!isPostgres(database)) return new EmbeddedQueue(store.queue, clock, lease)
  const { openPgBossQueue } = await import('./pg-boss-queue.ts')
  try {
    return await openPgBossQueue({ database, lease_ms: lease, supervise })
  } catch (error) {
    if (!(error instanceof Error && error.message === OTHER_VERSION)) throw error
    throw new MonitorError('database_unsupported', 'The tables of the queue are those of another version.', {
      cause: error,
      next_step: 'Stop the workers of older versions, and run migrate with the newest one.',
    })
  }
}
