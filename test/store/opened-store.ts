import { after, before } from 'node:test'
import type { Store } from '../../src/store/store.ts'

/** A store over a fresh, empty database, as the conformance suite wants it. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and opens the same database again. */
  reopen(): Promise<Store>
  /** All rows of a table as the database holds them, read beside the store. */
  readRows(table: string): Promise<Record<string, unknown>[]>
  /** Runs a statement beside the store, as another program would. */
  execute(statement: string): Promise<void>
}

export type OpenStore = () => Promise<OpenedStore>

/** Opens one store for the tests of the enclosing suite; they share it and use names of their own. */
export function sharedStore(open: OpenStore): () => OpenedStore {
  let opened: OpenedStore | undefined
  before(async () => {
    opened = await open()
  })
  after(async () => {
    await opened?.store.close()
  })
  return () => {
    if (opened === undefined) throw new Error('the store is opened before the tests of its suite')
    return opened
  }
}

/** Rows of some drivers have no prototype, which a strict comparison tells from a plain object. */
export function plain<T>(value: T): T {
  return structuredClone(value)
}
