import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { exerciseErasure } from './erasure-suite.ts'

exerciseErasure(async () => {
  const url = await (await startPostgres()).createDatabase()
  return {
    store: await PostgresStore.open(url),
    reopen: () => PostgresStore.open(url),
    readRows: async (table) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query<Record<string, unknown>>(`select * from ${table}`)).rows
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
})
