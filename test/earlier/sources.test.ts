import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { openEarlierSource } from '../../src/earlier/open-source.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { importFrom, insertOld, oldDatabase, oldRow } from './support/earlier-import.ts'

const OLD_IN_POSTGRES = `create schema app;
  create type app.status as enum ('COMPLETED', 'FAILED');
  create table app.canvas_sync_metrics (
    id serial primary key, user_id bigint, sync_task_id varchar(255) unique,
    sync_start_time timestamp not null, sync_end_time timestamptz, total_duration_seconds numeric(12, 3),
    sync_status app.status, incremental_sync boolean, courses_processed integer, metadata jsonb);
  insert into app.canvas_sync_metrics (user_id, sync_task_id, sync_start_time, sync_end_time,
    total_duration_seconds, sync_status, incremental_sync, courses_processed, metadata)
  select 9007199254740993, 'task-' || n, timestamp '2026-11-01 10:00:00.5', timestamptz '2026-11-01 12:00:00+01',
    3599.5, case when n = 3 then 'FAILED' else 'COMPLETED' end::app.status, true, n, '{"n": [1, "ü"]}'
  from generate_series(1, 3) as n`

describe('the table of an earlier system', () => {
  it('is read from PostgreSQL with its types and schema, and nothing is written', async () => {
    const url = await (await startPostgres()).createDatabase()
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(OLD_IN_POSTGRES)
    const name = new URL(url).pathname.slice(1)
    await client.query(`alter database "${name}" set datestyle = 'German'`)
    await client.query(`alter database "${name}" set timezone = 'America/New_York'`)
    await using store = await openStore(`sqlite:${temporaryDirectory()}/from-postgres.db`)
    const report = await importFrom(url, store, { table: 'app.canvas_sync_metrics' })
    assert.deepEqual(report.statuses, { completed: 2, failed: 1 })
    const sync = await store.syncs.getSync(2)
    assert.equal(sync?.user_id, '9007199254740993')
    assert.equal(sync?.sync_start_time, Date.parse('2026-11-01T10:00:00.500Z'))
    assert.equal(sync?.sync_end_time, Date.parse('2026-11-01T11:00:00Z'))
    assert.equal(sync?.total_duration_seconds, 3599.5)
    assert.equal(sync?.incremental_sync, true)
    assert.deepEqual(sync?.sync_metadata, { n: [1, 'ü'] })
    await assert.rejects(openEarlierSource(url, 'canvas_sync_metrics'), {
      next_step: /there are app\.canvas_sync_metrics/,
    })
    await client.end()
  })

  it('is read from SQLite while the earlier application writes to it', async () => {
    const path = oldDatabase(Array.from({ length: 5000 }, (_, at) => oldRow(at + 1)))
    await using source = await openEarlierSource(path, 'canvas_sync_metrics')
    using writer = new DatabaseSync(path, { timeout: 0 })
    const ids: unknown[] = []
    for await (const { rows } of source.pages(new AbortController().signal)) {
      ids.push(...rows.map(([id]) => id))
      // Between two pages nobody is kept from writing, whatever the journal.
      if (ids.length <= 5000) insertOld(writer, oldRow(100_000 + ids.length))
    }
    assert.deepEqual(
      ids.slice(0, 5000),
      Array.from({ length: 5000 }, (_, at) => at + 1),
    )
    assert.equal(new Set(ids).size, ids.length)
  })

  it('may hold whole numbers that a double does not', async () => {
    const path = oldDatabase([oldRow(1)])
    {
      using database = new DatabaseSync(path)
      database.exec('update canvas_sync_metrics set user_id = 9007199254740993')
    }
    await using store = await openStore(`sqlite:${temporaryDirectory()}/large.db`)
    await importFrom(path, store)
    assert.equal((await store.syncs.getSync(1))?.user_id, '9007199254740993')
  })
})
