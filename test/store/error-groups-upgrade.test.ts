import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { openStore } from '../../src/store/open-store.ts'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import type { Store } from '../../src/store/store.ts'
import { loadMigrations, migrate as migrateSqlite } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** The version that had groups of errors, about which nobody could decide anything. */
const BEFORE = 10
const AT = Date.UTC(2026, 10, 1)

const GROUPS_OF_BEFORE = `
  insert into canvas_sync_error_groups (id, fingerprint, error_type, message)
    values (1, 'network' || '\n' || 'no network.', 'network', 'No network.');
  insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_end_time, sync_status, sync_type,
      heartbeat_at, error_type, error_message, error_group_id)
    values ('old', '42', ${AT}, ${AT}, 'failed', 'all', 0, 'network', 'No network.', 1)`

async function assertGoesOn(store: Store): Promise<void> {
  const now = AT + 3 * 86_400_000
  const window = { since: AT - 86_400_000, now }
  const [group] = (await store.errorGroups.list({ ...window, limit: 5 })).groups
  const old = { id: 1, syncs: 1, state: 'open', muted_until: null, users: { count: 1, more: false } }
  assert.partialDeepStrictEqual(group, old)
  const by = { actor_kind: 'cli', actor_id: null, target: '1', user_id: null, route: null, address: null }
  const audit = { ...by, at: now, action: 'error_group_resolved' }
  const decided = { id: 1, decision: 'resolved', decided_at: now, muted_until: null, reason: null } as const
  assert.equal((await store.errorGroups.decide({ ...decided, audit }))?.state, 'resolved')
  const id = await store.syncs.startSync(syncStart('new', { started_at: now + 1 }))
  const failed = { status: 'failed', error_type: 'network', error_message: 'No network.' } as const
  await store.syncs.finishSync(id, syncFinish({ ...failed, finished_at: now + 2 }))
  const again = await store.errorGroups.list({ ...window, now: now + 5, limit: 5 })
  assert.deepEqual(
    again.groups.map(({ id, syncs, state }) => [id, syncs, state]),
    [[1, 2, 'came_back']],
  )
}

test('groups of errors of an older database are open, and can be decided about', async () => {
  const path = join(temporaryDirectory(), 'older.db')
  {
    using database = openSqliteFile(path)
    migrateSqlite(database, loadMigrations().slice(0, BEFORE))
    database.exec(GROUPS_OF_BEFORE)
  }
  await using store = await openStore(`sqlite:${path}`)
  await assertGoesOn(store)
})

test('groups of errors of an older PostgreSQL database are open, and can be decided about', async () => {
  const url = await (await startPostgres()).createDatabase()
  const client = new Client({ connectionString: url })
  await client.connect()
  await migrate(client, readMigrations('postgres').slice(0, BEFORE))
  await client.query(GROUPS_OF_BEFORE)
  await client.end()
  await using store = await openStore(url)
  await assertGoesOn(store)
})
