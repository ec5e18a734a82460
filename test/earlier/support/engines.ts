import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { resultTypes } from '../../../src/store/postgres/postgres-values.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** Where a store can be, and a look at its rows beside it. */
export interface Engine {
  readonly name: string
  readonly makeUrl: () => Promise<string>
  readonly readRows: (url: string, statement: string) => Promise<Record<string, unknown>[]>
  readonly execute: (url: string, statement: string) => Promise<void>
}

async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, types: resultTypes })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

let files = 0
export const ENGINES: readonly Engine[] = [
  {
    name: 'SQLite',
    makeUrl: async () => `sqlite:${join(temporaryDirectory(), `earlier-${++files}.db`)}`,
    readRows: async (url, statement) => {
      using database = new DatabaseSync(url.slice('sqlite:'.length), { readOnly: true })
      return structuredClone(database.prepare(statement).all())
    },
    execute: async (url, statement) => {
      using database = new DatabaseSync(url.slice('sqlite:'.length))
      database.exec(statement)
    },
  },
  {
    name: 'PostgreSQL',
    makeUrl: async () => await (await startPostgres()).createDatabase(),
    readRows: async (url, statement) => structuredClone(await ask(url, statement)),
    execute: async (url, statement) => {
      await ask(url, statement)
    },
  },
]
