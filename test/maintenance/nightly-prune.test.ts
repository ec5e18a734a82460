import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { NightlyPrune } from '../../src/maintenance/nightly-prune.ts'
import { planPrune, pruneStore } from '../../src/maintenance/prune-store.ts'
import { retentionConfig, type RetentionSchedule } from '../../src/maintenance/retention.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { report as sentReport } from '../reports/support/report-factory.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-22T23:00:00.000Z')
const schedule: RetentionSchedule = { ...retentionConfig(), time_zone: 'Europe/Zurich' }
let files = 0

async function freshStore(t: TestContext): Promise<Store> {
  const store = await openStore(`sqlite:${join(directory, `${++files}.db`)}`)
  t.after(() => store.close())
  return store
}

/** Ended syncs of so many days ago, of no source. */
async function oldSyncs(store: Store, age_days: number, count: number): Promise<number[]> {
  const started_at = NOW - age_days * DAY_MS
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const id = await store.syncs.startSync(syncStart(`${age_days}-${index}`, { started_at }))
      await store.syncs.saveCourseOutcome(id, courseOutcome('1'))
      await store.syncs.finishSync(id, syncFinish({ finished_at: started_at + 1000 }))
      return id
    }),
  )
}

async function leftOf(store: Store, ids: readonly number[]): Promise<number> {
  const rows = await Promise.all(ids.map((id) => store.syncs.getSync(id)))
  return rows.filter((row) => row !== null).length
}

describe('pruning a store', () => {
  it('deletes what is older than it is to be kept, of every kind, and tells what', async (t) => {
    const store = await freshStore(t)
    const old = await oldSyncs(store, 401, 30)
    const young = await oldSyncs(store, 399, 5)
    const running = await store.syncs.startSync(syncStart('runs', { started_at: NOW - 1000 * DAY_MS }))
    const entry = {
      actor_kind: 'cli',
      actor_id: null,
      action: 'viewed',
      target: null,
      user_id: null,
      route: null,
      address: null,
    }
    await store.access.recordAudit([
      { ...entry, at: NOW - 401 * DAY_MS },
      { ...entry, at: NOW - DAY_MS },
    ])
    for (const age_days of [500, 401, 399]) {
      const made_at = new Date(NOW - age_days * DAY_MS).toISOString()
      await store.reports.keep(sentReport({ made_at, until: made_at }))
    }
    const clock = new FakeClock({ start: new Date(NOW).toISOString(), auto: true })
    const options = { store, days: retentionConfig(), clock }
    const planned = await planPrune(options)
    assert.deepEqual([planned.dry_run, planned.syncs, planned.courses], [true, 30, 30])
    assert.equal(await leftOf(store, old), 30, 'a plan changes nothing')
    const report = await pruneStore(options)
    assert.partialDeepStrictEqual(report, {
      dry_run: false,
      complete: true,
      syncs: 30,
      courses: 30,
      status_changes: 60,
      audit_entries: 1,
      reports: 2,
      sync_days: 400,
    })
    assert.deepEqual([await leftOf(store, old), await leftOf(store, [...young, running])], [0, 6])
    assert.equal((await store.reports.list({ limit: 9 })).length, 1)
    assert.equal((await pruneStore(options)).syncs, 0)
  })

  it('forgets the event ids of all syncs that ended long ago, however many there are', async (t) => {
    const path = join(directory, `events-${++files}.db`)
    const store = await openStore(`sqlite:${path}`)
    t.after(() => store.close())
    await oldSyncs(store, 31, 250)
    const young = await oldSyncs(store, 1, 3)
    const database = new DatabaseSync(path)
    database.exec(`insert into canvas_sync_ingest_events (sync_id, event_id)
      select id, event_id from canvas_sync_metrics, (select 'a' as event_id union select 'b')`)
    const clock = new FakeClock({ start: new Date(NOW).toISOString(), auto: true })
    const report = await pruneStore({ store, days: retentionConfig(), clock })
    assert.equal(report.event_ids, 250)
    const left = database.prepare('select distinct sync_id from canvas_sync_ingest_events order by 1').all()
    database.close()
    assert.deepEqual(
      left.map(({ sync_id }) => sync_id),
      young,
    )
  })

  it('pauses after each step, and stops between two steps when asked to', async (t) => {
    const store = await freshStore(t)
    const old = await oldSyncs(store, 500, 300)
    const clock = new FakeClock({ start: new Date(NOW).toISOString(), auto: true })
    const stopping = new AbortController()
    let steps = 0
    const report = await pruneStore({
      store,
      days: retentionConfig(),
      clock,
      signal: stopping.signal,
      onStep: () => {
        if (++steps === 2) stopping.abort()
        return Promise.resolve(true)
      },
    })
    assert.equal(report.complete, false)
    assert.equal(report.steps, 2)
    const left = await leftOf(store, old)
    assert.ok(left > 0 && left < 300, `${left} left`)
    assert.equal(clock.sleeps.length, 2)
    assert.ok(clock.sleeps.every((pause) => pause >= 5))
    assert.equal((await pruneStore({ store, days: retentionConfig(), clock })).syncs, left)
  })
})

describe('every night', () => {
  interface Server {
    readonly nightly: NightlyPrune
    readonly logs: MemoryLogWriter
    readonly errors: unknown[]
  }

  function server(store: Store, clock: FakeClock): Server {
    const logs = new MemoryLogWriter({ clock })
    const errors: unknown[] = []
    const onError = (error: unknown): number => errors.push(error)
    return { nightly: new NightlyPrune({ store, logs, schedule, clock, onError }), logs, errors }
  }

  /** Lets time pass look by look; all that a look begins has ended before the next. */
  async function pass(clock: FakeClock, store: Store, duration_ms: number): Promise<void> {
    for (let passed = 0; passed < duration_ms; passed += 30_000) {
      clock.advance(30_000)
      for (let turn = 0; turn < 20; turn++) {
        await store.health()
        await nextTurn()
        // Pauses between steps end, but no next look is due.
        clock.advance(0)
      }
    }
  }

  /** What a look began ends in its own time; a test that waits for ever is ended by its runner. */
  async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) await nextTurn()
  }

  const take = {
    job: 'prune',
    holder: 'before',
    done_for: '2026-11-21T03:00 Europe/Zurich',
    lease_ms: 120_000,
  }

  /** As a server leaves it that has pruned before, and not last night. */
  async function prunedBefore(store: Store, now: number): Promise<void> {
    await store.retention.takeJob({ ...take, now })
    await store.retention.endJob({ ...take, now }, '{}')
  }

  it('the first run of a database waits for the first night, also when syncs were pruned by hand', async (t) => {
    for (const by_hand of [false, true]) {
      const store = await freshStore(t)
      const old = await oldSyncs(store, 401, 3)
      const clock = new FakeClock({ start: '2026-11-23T01:55:00.000Z', auto: true })
      if (by_hand) {
        await store.retention.takeJob({ ...take, done_for: null, now: clock.now() })
        await store.retention.endJob({ ...take, done_for: null, now: clock.now() }, '{}')
      }
      const servers = [server(store, clock), server(store, clock)]
      await pass(clock, store, 240_000)
      assert.equal(await leftOf(store, old), 3)
      await pass(clock, store, 120_000)
      await until(async () => (await leftOf(store, old)) === 0)
      for (const { nightly, errors } of servers) {
        await nightly.stop()
        assert.deepEqual(errors, [])
      }
    }
  })

  it('one of several servers does it, once, and says so in a line', async (t) => {
    const store = await freshStore(t)
    const old = await oldSyncs(store, 401, 3)
    const clock = new FakeClock({ start: '2026-11-23T01:58:00.000Z', auto: true })
    await prunedBefore(store, clock.now())
    const servers = [server(store, clock), server(store, clock), server(store, clock)]
    const lines = (): Record<string, unknown>[] => servers.flatMap(({ logs }) => logs.events('operations'))
    // Last night's is made up for by whoever starts first.
    await pass(clock, store, 60_000)
    await until(() => lines().length === 1)
    assert.equal(await leftOf(store, old), 0)
    assert.partialDeepStrictEqual(lines()[0], {
      level: 'INFO',
      event: 'prune_completed',
      deleted: 3,
      courses: 3,
      message: 'Deleted 3 old syncs with 3 course outcomes.',
    })
    await oldSyncs(store, 402, 2)
    await pass(clock, store, 180_000)
    await until(() => lines().length === 2)
    await pass(clock, store, 600_000)
    assert.equal(lines().length, 2)
    for (const { nightly, errors } of servers) {
      await nightly.stop()
      assert.deepEqual(errors, [])
    }
  })

  it('what was killed in the middle is taken over, and what fails is told and tried again', async (t) => {
    const store = await freshStore(t)
    const old = await oldSyncs(store, 401, 3)
    const clock = new FakeClock({ start: '2026-11-23T03:00:00.000Z', auto: true })
    await prunedBefore(store, clock.now())
    const killed = { job: 'prune', holder: 'killed', done_for: null, now: clock.now(), lease_ms: 120_000 }
    assert.equal(await store.retention.takeJob(killed), 'taken')
    let broken = true
    const retention = new Proxy(store.retention, {
      get: (target, method: keyof Store['retention']) =>
        broken && method === 'deleteSyncs' ? () => Promise.reject(new Error('disk')) : target[method],
    })
    const { nightly, errors } = server({ ...store, retention }, clock)
    await pass(clock, store, 90_000)
    assert.deepEqual(errors, [])
    assert.equal(await leftOf(store, old), 3, 'its holder may live')
    await pass(clock, store, 60_000)
    await until(() => errors.length > 0)
    broken = false
    await pass(clock, store, 60_000)
    await until(async () => (await leftOf(store, old)) === 0)
    await nightly.stop()
  })
})
