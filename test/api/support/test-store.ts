import { join } from 'node:path'
import { after } from 'node:test'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { SyncStore } from '../../../src/store/sync-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** An empty store of the test's own. */
export async function openTestStore(): Promise<SyncStore> {
  const directory = temporaryDirectory()
  const store = new SqliteStore(join(directory, 'syncs.db'))
  after(() => store.close())
  return store.syncs
}

/** The same store, with another way to list syncs: the API's view of a database that fails or is watched. */
export function withListSyncs(store: SyncStore, listSyncs: SyncStore['listSyncs']): SyncStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'listSyncs') return listSyncs
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}
