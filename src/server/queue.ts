import type { SyncQueue } from '../queue/sync-queue.ts'
import { isPostgres } from '../store/open-store.ts'
import type { QueueStore } from '../store/queue.ts'

export interface QueueDepths extends AsyncDisposable {
  depths(): ReturnType<SyncQueue['depths']>
}

/**
 * What a server tells of the queue of many machines: opened when somebody first asks, and empty where there is none.
 * Null with SQLite, whose store has the queue itself.
 *
 * @param workers where nobody ever worked, a role that may not look at the queue is told that it is empty
 */
export function openQueueDepths(
  database: string,
  workers: Pick<QueueStore, 'listWorkers'>,
): QueueDepths | null {
  if (!isPostgres(database)) return null
  let opening: Promise<SyncQueue> | undefined
  const open = async (): Promise<SyncQueue> => {
    const { openPgBossQueue } = await import('../queue/pg-boss-queue.ts')
    const { DEFAULT_LEASE_MS } = await import('../queue/sync-queue.ts')
    return await openPgBossQueue({ database, lease_ms: DEFAULT_LEASE_MS, install: false })
  }
  return {
    async depths() {
      try {
        return await (await (opening ??= open())).depths()
      } catch (error) {
        opening = undefined
        if (error instanceof Error && error.message === 'pg-boss is not installed') return []
        if (isRefused(error) && (await workers.listWorkers()).length === 0) return []
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      const queue = await opening?.catch(() => null)
      await queue?.close()
    },
  }
}

/** `insufficient_privilege` */
const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42501'
