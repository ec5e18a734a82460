import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { openStore } from '../../src/store/open-store.ts'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { loadMigrations, migrate as migrateSqlite } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import type { Store } from '../../src/store/store.ts'
import { noCounters } from '../../src/core/sync-record.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { checkAll, rebuildAll } from './figure-suite.ts'

/** The version whose sums knew neither waits nor costs. */
const BEFORE = 13
const DAY_MS = 86_400_000
const AT = Date.UTC(2026, 10, 1)

/** A sync of each: of October and November, of a user and of nobody, ended and running, without costs, and deleted. */
const ROWS = [
  ['october', `'42'`, AT - 1, 'completed', 1500.25, 10.125],
  ['november', `'42'`, AT, 'completed', 500, 1.001],
  ['same bucket', `'42'`, AT + 1, 'completed', 250, 2],
  ['failed', 'null', AT + DAY_MS, 'failed', 4000, 0],
  ['running', `'42'`, AT + DAY_MS, 'in_progress', 8000, 100],
  ['free', `'42'`, AT + DAY_MS, 'completed', 0, 0],
  ['deleted', `'anna'`, AT + 2 * DAY_MS, 'completed', 16_000, 1000],
] as const

const ROWS_OF_BEFORE = `
  ${ROWS.map(
    ([task, user, at, status, wait_ms, cost]) => `
  insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_status, sync_type, heartbeat_at,
      total_duration_seconds, throttle_wait_ms, api_request_cost)
    values ('${task}', ${user}, ${at}, '${status}', 'all', 0, 1, ${wait_ms}, ${cost})`,
  ).join(';')};
  delete from canvas_sync_metrics where sync_task_id = 'deleted';
  update canvas_sync_metrics set error_group_id = 1 where sync_task_id = 'failed';
  insert into canvas_sync_error_groups (id, fingerprint, message) values (1, '', '')`

async function assertHasCosts(store: Store): Promise<void> {
  const { figures } = store
  const costsOf = async (user_ids?: readonly string[]): Promise<number[]> => {
    const whose = user_ids === undefined ? {} : { user_ids }
    const { syncs, throttle_wait_seconds, request_cost } = await figures.totals({ since: 0, ...whose })
    return [syncs, throttle_wait_seconds, request_cost]
  }
  assert.deepEqual(await checkAll(figures), [])
  assert.deepEqual(await costsOf(), [7, 14.25025, 113.126])
  assert.deepEqual(await costsOf(['42']), [5, 10.25025, 113.126])
  assert.deepEqual(await costsOf(['anna']), [1, 0, 0], 'the deleted one is counted, its costs are not known')
  for (const bucket of ['5m', 'hour', 'day', 'month'] as const) {
    const metrics = ['throttle_wait_seconds', 'request_cost'] as const
    const points = await figures.series({ metrics, bucket, since: AT - 1, until: AT + 2 })
    const [before, first] = points.map(({ values }) => [...values])
    assert.deepEqual(before, [1.50025, 10.125], bucket)
    assert.deepEqual(first, bucket === 'month' ? [12.75, 103.001] : [0.75, 3.001], bucket)
  }
  const id = await store.syncs.startSync(syncStart('new', { user_id: '42', started_at: AT + 5 }))
  const counters = { ...noCounters(), throttle_wait_ms: 250, api_request_cost: 0.5 }
  await store.syncs.finishSync(id, syncFinish({ counters, finished_at: AT + 9 }))
  assert.deepEqual(await costsOf(), [8, 14.50025, 113.626])
  assert.deepEqual(await checkAll(figures), [])
  await rebuildAll(figures)
  assert.deepEqual(await costsOf(), [8, 14.50025, 113.626])
}

test('the sums of an older database learn what its syncs waited and cost', async () => {
  const path = join(temporaryDirectory(), 'older.db')
  {
    using database = openSqliteFile(path)
    migrateSqlite(database, loadMigrations().slice(0, BEFORE))
    database.exec(ROWS_OF_BEFORE)
  }
  await using store = await openStore(`sqlite:${path}`)
  await assertHasCosts(store)
})

test('the sums of an older PostgreSQL database learn what its syncs waited and cost', async () => {
  const url = await (await startPostgres()).createDatabase()
  const client = new Client({ connectionString: url })
  await client.connect()
  await migrate(client, readMigrations('postgres').slice(0, BEFORE))
  await client.query(ROWS_OF_BEFORE)
  await client.end()
  await using store = await openStore(url)
  await assertHasCosts(store)
})
