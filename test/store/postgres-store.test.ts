import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { resultTypes } from '../../src/store/postgres/postgres-values.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { exerciseStore } from './store-suite.ts'

const server = await startPostgres()
/** To copy it costs a tenth of bringing a new one to the schema, two hundred times. */
const migrated = await server.createDatabase()
await (await PostgresStore.open(migrated)).close()

const openFresh: OpenStore = async () => {
  const url = await server.createDatabase(migrated)
  const store = await PostgresStore.open(url)
  return {
    store,
    reopen: async () => {
      await store.close()
      return await PostgresStore.open(url)
    },
    readRows: async (table) => {
      const client = new Client({ connectionString: url, types: resultTypes })
      await client.connect()
      try {
        return plain((await client.query<Record<string, unknown>>(`select * from ${table}`)).rows)
      } finally {
        await client.end()
      }
    },
    execute: async (statement) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        await client.query(statement)
      } finally {
        await client.end()
      }
    },
  }
}

exerciseStore('PostgresStore', openFresh)
