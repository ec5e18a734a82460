import { join } from 'node:path'
import { after } from 'node:test'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import type { SyncStore } from '../../../src/store/sync-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** An empty store of the test's own. */
export async function openTestStore(): Promise<Store> {
  const directory = temporaryDirectory()
  const store = new SqliteStore(join(directory, 'syncs.db'))
  after(() => store.close())
  return store
}

/** The same store with some of its own members replaced: the API's view of a database that fails or is watched. */
export function withParts(store: Store, parts: Partial<Store>): Store {
  return {
    ...store,
    health: () => store.health(),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
    ...parts,
  }
}

/** The same store, with another way to list syncs. */
export function withListSyncs(store: Store, listSyncs: SyncStore['listSyncs']): Store {
  const syncs = new Proxy(store.syncs, {
    get(target, name) {
      if (name === 'listSyncs') return listSyncs
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
  return withParts(store, { syncs })
}
