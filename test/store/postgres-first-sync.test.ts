import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'

const ROWS = 5000

test('before the database has statistics, a row is read a few times and not once for each page', async () => {
  const url = await (await startPostgres()).createDatabase()
  const store = await PostgresStore.open(url)
  const { id: source_id } = await store.data.openSource('https://canvas.test', '1', START)
  const scope = { source_id, entity: 'submissions', listed_by: '1' } as const
  const rows = Array.from({ length: ROWS }, (_, index) => syncedRow('submissions', String(index)))
  for (const at of [START, START + 1]) {
    const listing = await store.data.beginListing(scope, at)
    const { processed } = await store.data.applyRows(listing, rows)
    assert.equal(processed, ROWS)
  }
  // A connection says what it has read when it ends.
  await store.close()
  const client = new Client({ connectionString: url })
  await client.connect()
  const read =
    "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read, n_tup_upd as written from pg_stat_user_tables where relname = 'canvas_submissions'"
  let figures = { read: 0, written: 0 }
  while (figures.written < ROWS) {
    const {
      rows: [row],
    } = await client.query<{ read: string; written: string }>(read)
    figures = { read: Number(row?.read), written: Number(row?.written) }
  }
  await client.end()
  assert.ok(figures.read <= 5 * ROWS, `${figures.read} rows were read for ${ROWS}`)
})
