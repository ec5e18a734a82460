import type { SyncStore } from '../../../src/store/sync-store.ts'
import { MemorySyncStore } from './memory-sync-store.ts'

/** An empty store of the test's own. */
export function openTestStore(): Promise<SyncStore> {
  return Promise.resolve(new MemorySyncStore())
}
