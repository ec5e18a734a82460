import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { checkAll, rebuildAll } from './figure-suite.ts'

const ROUNDS = process.env['LONG_TESTS'] === '1' ? 40 : 4
const AT_ONCE = 25

describe('the figures of a PostgreSQL database', () => {
  it('hold what was there before there were figures', async () => {
    const url = await (await startPostgres()).createDatabase()
    const client = new Client({ connectionString: url })
    await client.connect()
    await migrate(client, readMigrations('postgres').slice(0, 2))
    await client.query(`
      insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_status, error_type, error_message,
        total_duration_seconds, sync_type, heartbeat_at)
      select 'row-' || i, (i % 3)::text, ${START} - i * 9000000::bigint,
        case i % 3 when 0 then 'failed' when 1 then 'completed' else 'in_progress' end,
        case i % 3 when 0 then 'not_found' end, case i % 3 when 0 then 'Course ' || i || ' is gone.' end,
        i / 7.0, 'all', 1 from generate_series(1, 300) as g(i)`)
    await client.end()
    await using store = await PostgresStore.open(url)
    assert.deepEqual(await checkAll(store.figures), [])
    const { syncs, completed, failed } = await store.figures.totals({ since: 0 })
    assert.deepEqual([syncs, completed, failed], [300, 100, 100])
    const { groups } = await store.errorGroups.list({ since: 0, now: START, limit: 10 })
    const [group, ...others] = groups
    assert.deepEqual([group?.syncs, others], [100, []])
  })

  it('agree with the rows when several servers end syncs at once, and make the figures anew meanwhile', async () => {
    const url = await (await startPostgres()).createDatabase()
    const stores = await Promise.all([1, 2, 3].map(() => PostgresStore.open(url)))
    const [first] = stores
    assert.ok(first)
    for (let round = 0; round < ROUNDS; round++) {
      const writing = stores.flatMap((store, server) =>
        Array.from({ length: AT_ONCE }, async (_, index) => {
          const start = syncStart(`${round}-${server}-${index}`, {
            user_id: String(index % 4),
            started_at: START + (index % 5) * 40_000_000,
          })
          const id = await store.syncs.startSync(start)
          if (index % 5 === 0) await store.syncs.markLost([id], `Host ${index} is gone.`, START)
          const status = index % 2 === 0 ? 'completed' : 'failed'
          if (index % 10 !== 0) await store.syncs.finishSync(id, syncFinish({ status, duration_ms: index }))
        }),
      )
      await Promise.all([...writing, rebuildAll(first.figures)])
    }
    assert.deepEqual(await checkAll(first.figures), [])
    const totals = await first.figures.totals({ since: 0 })
    assert.equal(totals.finished, ROUNDS * stores.length * AT_ONCE)
    assert.equal(totals.by_status.lost, ROUNDS * stores.length * 3)
    const { groups } = await first.errorGroups.list({ since: 0, now: START, limit: 100 })
    assert.equal(
      groups.reduce((sum, { syncs }) => sum + syncs, 0),
      totals.failed,
    )
    for (const store of stores) await store.close()
  })
})
