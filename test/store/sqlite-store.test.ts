import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/open-store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { exerciseStore } from './store-suite.ts'

const directory = temporaryDirectory()
let files = 0

function freshFile(openFile: (path: string) => Promise<Store>): OpenStore {
  return async () => {
    const path = join(directory, `store-${++files}.db`)
    const store = await openFile(path)
    return {
      store,
      reopen: async () => {
        await store.close()
        return await openFile(path)
      },
      readRows: async (table) => {
        using database = new DatabaseSync(path, { readOnly: true })
        return plain(database.prepare(`select * from ${table}`).all())
      },
      execute: async (statement) => {
        using database = new DatabaseSync(path)
        database.exec(statement)
      },
    }
  }
}

exerciseStore(
  'SqliteStore',
  freshFile(async (path) => new SqliteStore(path)),
)
exerciseStore(
  'the SQLite store on its own thread',
  freshFile((path) => openStore(`sqlite:${path}`)),
)
