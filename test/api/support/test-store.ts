import { join } from 'node:path'
import { after } from 'node:test'
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import type { SyncLists } from '../../../src/store/sync-lists.ts'
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

/** The same store, with another way to read a page of records of syncs. */
export function withRecordPage(store: Store, recordPage: SyncLists['recordPage']): Store {
  const { lists } = store
  return withParts(store, {
    lists: {
      page: (query) => lists.page(query),
      outcomePage: (query) => lists.outcomePage(query),
      recordPage,
    },
  })
}
