import { Client } from 'pg'
import { migrate } from '../../../src/store/postgres/migrate.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres-server.ts'

/** A database with this version's schema. */
export async function fleetDatabase(server?: TestPostgres): Promise<string> {
  const url = await (server ?? (await startPostgres())).createDatabase()
  await withClient(url, migrate)
  return url
}

export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

export async function ask<Row extends object>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return await withClient(url, async (client) => (await client.query<Row>(text, [...values])).rows)
}

/** Every line of ours that stands in the files of a folder, by writer and number, and how often it is shipped. */
export async function shippedKeys(url: string): Promise<string[]> {
  const rows = await ask<{ key: string }>(
    url,
    `select writer || ' ' || seq as key from canvas_sync_log_lines order by writer, seq`,
  )
  return rows.map(({ key }) => key)
}
