import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SizeSample } from '../../src/store/system-store.ts'
import { readMigrations } from '../../src/store/migrations/migrations.ts'
import { START, syncStart } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'

const sample = (measured_at: number, changes: Partial<SizeSample> = {}): SizeSample => ({
  host: 'worker-1',
  measured_at,
  database_bytes: 1000,
  sync_rows: 10,
  log_bytes: 20,
  archive_bytes: 30,
  ...changes,
})

export function exerciseSystem(open: OpenStore): void {
  describe('system', () => {
    it('tells the engine, its size, and the rows of each table', async () => {
      const { store } = await open()
      await using _ = store
      for (let number = 0; number < 3; number++) await store.syncs.startSync(syncStart(`counted-${number}`))
      const facts = await store.system.database()
      assert.match(facts.version, /^\d+\.\d+/)
      assert.ok(facts.size_bytes > 100_000, String(facts.size_bytes))
      if (facts.engine === 'sqlite') {
        assert.ok((facts.write_ahead_bytes ?? -1) >= 0)
        assert.ok((facts.reusable_bytes ?? -1) >= 0)
        assert.equal(facts.connections, null)
      } else {
        assert.ok((facts.connections ?? 0) >= 1 && (facts.connections_most ?? 0) > 1)
      }
      const tables = await store.system.tables()
      const syncs = tables.find(({ table }) => table === 'canvas_sync_metrics')
      assert.deepEqual([syncs?.rows, syncs?.certainty], [3, 'exact'])
      assert.ok(tables.some(({ table }) => table === 'canvas_submissions'))
      assert.equal(await store.system.syncRows(), 3)
    })

    it('counts no more than ten thousand rows one by one', async () => {
      const { store } = await open()
      await using _ = store
      const entry = { at: START, actor_kind: 'cli', actor_id: null, action: 'viewed', target: null }
      const whose = { user_id: null, route: null, address: null }
      const entries = Array.from({ length: 10_500 }, () => ({ ...entry, ...whose }))
      await store.access.recordAudit(entries)
      const audit = (await store.system.tables()).find(({ table }) => table === 'canvas_sync_audit')
      const { engine } = await store.system.database()
      // PostgreSQL has no estimate before it has looked at the table.
      const about = { rows: 10_500, certainty: 'about' }
      const at_least = { rows: 10_000, certainty: 'at_least' }
      assert.deepEqual(
        { rows: audit?.rows, certainty: audit?.certainty },
        engine === 'sqlite' || (audit?.rows ?? 0) > 10_000 ? about : at_least,
      )
    })

    it('lists the migrations, and what the jobs of the night did last', async () => {
      const { store } = await open()
      await using _ = store
      const names = (await store.system.migrations()).map(({ name }) => name)
      const { engine } = await store.system.database()
      assert.deepEqual(
        names,
        readMigrations(engine).map(({ name }) => name),
      )
      assert.deepEqual(await store.system.jobs(START), [])
      const take = { job: 'prune', holder: 'me', done_for: 'tonight', now: START, lease_ms: 1000 }
      await store.retention.takeJob(take)
      assert.equal((await store.system.jobs(START))[0]?.running, true)
      assert.equal((await store.system.jobs(START + 2000))[0]?.running, false)
      await store.retention.endJob(take, '{"syncs":3}')
      assert.deepEqual(plain(await store.system.jobs(START)), [
        { job: 'prune', running: false, done_for: 'tonight', done_at: START, report: '{"syncs":3}' },
      ])
    })

    it('keeps one sample of sizes for each time and host, and forgets the oldest', async () => {
      const { store } = await open()
      await using _ = store
      await store.system.addSizes(sample(1000), 0)
      await store.system.addSizes(sample(2000), 0)
      await store.system.addSizes(sample(2000, { database_bytes: 5000 }), 0)
      await store.system.addSizes(sample(2000, { host: 'worker-2' }), 0)
      assert.deepEqual(plain(await store.system.listSizes(0)), [
        sample(1000),
        sample(2000, { database_bytes: 5000 }),
        sample(2000, { host: 'worker-2' }),
      ])
      await store.system.addSizes(sample(3000), 2000)
      const kept = await store.system.listSizes(0)
      assert.equal(kept.length, 3)
      assert.deepEqual(plain(await store.system.listSizes(2500)), [sample(3000)])
    })
  })
}
