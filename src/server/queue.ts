import { isPostgres } from '../store/open-store.ts'
import type { SyncQueue } from '../queue/sync-queue.ts'

export interface QueueDepths extends AsyncDisposable {
  depths(): ReturnType<SyncQueue['depths']>
}

/**
 * What a server tells of the queue of many machines: opened when somebody first asks, and empty where there is none.
 * Null with SQLite, whose store has the queue itself.
 */
export function openQueueDepths(database: string): QueueDepths | null {
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
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      const queue = await opening?.catch(() => null)
      await queue?.close()
    },
  }
}
