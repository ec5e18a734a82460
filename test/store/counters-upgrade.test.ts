import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { openStore } from '../../src/store/open-store.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { loadMigrations, migrate as migrateSqlite } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import type { Store } from '../../src/store/store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START, syncFinish } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { plain } from './opened-store.ts'

/** The migration that counts. */
const COUNTERS = 18

/** Types by how many syncs they have: `type 0` has 60, `type 59` has one. */
const TYPES = Array.from({ length: 60 }, (_, number) => ({ sync_type: `type ${number}`, syncs: 60 - number }))

const row = (
  task: string,
  type: string,
  status: string,
  seconds: string,
  error: string,
  calls: number,
): string =>
  `insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_end_time, sync_status, sync_type,
     heartbeat_at, total_duration_seconds, error_type, api_calls_made, api_request_cost, courses_processed, courses_created)
   values ('${task}', '42', ${START}, ${status === 'in_progress' ? 'null' : START + 1000}, '${status}', '${type}', 0,
     ${seconds}, ${error}, ${calls}, 1.5, 4, 1)`

const ROWS_OF_BEFORE = [
  ...TYPES.flatMap(({ sync_type, syncs }) =>
    Array.from({ length: syncs }, (_, index) =>
      row(`${sync_type} ${index}`, sync_type, 'completed', '12.5', 'null', 10),
    ),
  ),
  row('failed', 'type 0', 'failed', '1', `'network'`, 7),
  row('lost', 'type 0', 'lost', 'null', `'lost'`, 3),
  row('running', 'type 0', 'in_progress', 'null', 'null', 1000),
].join(';\n')

async function assertCounts(store: Store): Promise<void> {
  const read = async () => plain(await store.counters.syncs({ remaining_since: 0 }))
  const { sync_types, by_type, errors, sums, running } = await read()
  assert.deepEqual(
    sync_types,
    TYPES.slice(0, 50)
      .map(({ sync_type }) => sync_type)
      .sort(),
  )
  const completed = new Map(
    by_type.filter(({ sync_status }) => sync_status === 'completed').map((type) => [type.sync_type, type]),
  )
  assert.equal(completed.size, 51)
  assert.equal(completed.get('type 0')?.syncs, 60)
  assert.deepEqual(completed.get('type 49')?.at_most.slice(2, 5), [0, 11, 11])
  assert.equal(completed.get('other')?.syncs, 55, 'ten, nine, … one')
  assert.equal(completed.get('type 0')?.duration_seconds, 750)
  assert.deepEqual(errors, [
    { error_type: 'lost', syncs: 1 },
    { error_type: 'network', syncs: 1 },
  ])
  assert.deepEqual(
    by_type
      .filter(({ sync_status }) => sync_status === 'lost')
      .map(({ syncs, durations }) => [syncs, durations]),
    [[1, 0]],
  )
  assert.equal(sums.api_calls, 1830 * 10 + 7 + 3)
  assert.equal(sums.courses_loaded, 1832)
  assert.equal(sums.courses_unchanged, 1832 * 3)
  assert.deepEqual(
    running.map(({ sync_type, syncs }) => [sync_type, syncs]),
    [['type 0', 1]],
  )
  const lost = await store.syncs.getSyncByTaskId('lost')
  assert.ok(lost)
  await store.syncs.finishSync(lost.id, syncFinish({ counters: { ...lost, api_calls_made: 5 } }))
  assert.equal((await read()).sums.api_calls, 1830 * 10 + 7 + 5, 'what it did beyond what is counted')
}

test('the counters of an older database begin with the syncs that are there', async () => {
  const path = join(temporaryDirectory(), 'older.db')
  {
    using database = openSqliteFile(path)
    migrateSqlite(
      database,
      loadMigrations().filter(({ version }) => version < COUNTERS),
    )
    database.exec(`begin; ${ROWS_OF_BEFORE}; commit`)
  }
  await using store = await openStore(`sqlite:${path}`)
  await assertCounts(store)
})

test('the counters of an older PostgreSQL database begin with the syncs that are there', async () => {
  const url = await (await startPostgres()).createDatabase()
  const client = new Client({ connectionString: url })
  await client.connect()
  await migrate(
    client,
    readMigrations('postgres').filter(({ version }) => version < COUNTERS),
  )
  await client.query(ROWS_OF_BEFORE)
  await client.end()
  await using store = await openStore(url)
  await assertCounts(store)
})
