import { join } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { exerciseErasure } from './erasure-suite.ts'
import { DatabaseSync } from 'node:sqlite'
import { plain } from './opened-store.ts'

exerciseErasure(async () => {
  const path = join(temporaryDirectory(), 'erasure.db')
  const store = await openStore(`sqlite:${path}`)
  return {
    store,
    reopen: () => openStore(`sqlite:${path}`),
    readRows: async (table) => {
      using database = new DatabaseSync(path, { readOnly: true })
      return plain(database.prepare(`select * from ${table}`).all())
    },
    execute: async (statement) => {
      using database = new DatabaseSync(path)
      database.exec(statement)
    },
  }
})
