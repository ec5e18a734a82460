import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { SyncStart } from '../../src/store/sync-store.ts'
import { LostSyncWatch } from '../../src/tracker/lost-sync-watch.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { NO_LIMITS, syncLimits, type SyncLimits } from '../../src/tracker/sync-limits.ts'
import { processCost } from '../support/cpu-time.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
const hour = 3_600_000
const self = processIdentity()
let files = 0

interface World {
  readonly store: Store
  readonly clock: FakeClock
  readonly watch: LostSyncWatch
  readonly logs: MemoryLogWriter
  readonly start: (name: string, changes?: Partial<SyncStart>) => Promise<number>
  readonly statusOf: (id: number) => Promise<string | undefined>
  /** Looks once a second for so long. */
  readonly seconds: (count: number, each?: () => Promise<unknown>) => Promise<void>
}

async function world(t: TestContext, limits: SyncLimits = NO_LIMITS): Promise<World> {
  const store = await openStore(`sqlite:${join(directory, `${++files}.db`)}`)
  t.after(() => store.close())
  const clock = new FakeClock()
  const logs = new MemoryLogWriter({ clock })
  const watch = new LostSyncWatch(store.syncs, logs, clock, limits)
  return {
    store,
    clock,
    watch,
    logs,
    start: (name, changes = {}) => store.syncs.startSync(syncStart(name, { host: 'elsewhere', ...changes })),
    statusOf: async (id) => (await store.syncs.getSync(id))?.sync_status,
    async seconds(count, each) {
      for (let second = 0; second < count; second++) {
        clock.advance(1000)
        await each?.()
        await watch.once()
      }
    },
  }
}

describe('a sync of another host', () => {
  it('is lost after 30 seconds without a heartbeat, and not before', async (t) => {
    const { watch, start, statusOf, seconds } = await world(t)
    const id = await start('silent')
    await watch.once()
    await seconds(29)
    assert.equal(await statusOf(id), 'in_progress')
    await seconds(1)
    assert.equal(await statusOf(id), 'lost')
  })

  it('is not lost by any jump of any clock while it beats, and is lost in time when it stops, whatever they show', async (t) => {
    const { store, clock, watch, start, statusOf, seconds } = await world(t)
    const id = await start('beats')
    await watch.once()
    let turn = 0
    for (const [reporter, ours] of [
      [hour, 0],
      [-hour, hour],
      [0, -2 * hour],
      [-24 * hour, 365 * 24 * hour],
      [hour, -366 * 24 * hour],
    ] as const) {
      clock.jumpWall(ours)
      await seconds(60, async () => {
        if (++turn % 10 === 0) await store.syncs.heartbeat([id], START + reporter)
      })
      assert.equal(await statusOf(id), 'in_progress')
    }
    clock.jumpWall(-hour)
    await seconds(15)
    clock.jumpWall(2 * hour)
    await seconds(14)
    assert.equal(await statusOf(id), 'in_progress')
    await seconds(1)
    assert.equal(await statusOf(id), 'lost')
  })

  it('lives also when its own clock stands still: a beat is counted, not compared', async (t) => {
    const { store, start, statusOf, seconds } = await world(t)
    const id = await start('stands')
    await seconds(40, () => store.syncs.saveProgress(id, syncProgress({ heartbeat_at: START })))
    assert.equal(await statusOf(id), 'in_progress')
  })

  it('gets 30 seconds anew when the watcher itself was stopped, suspended or without a database', async (t) => {
    const { clock, watch, start, statusOf, seconds } = await world(t)
    const id = await start('suspended with us')
    await watch.once()
    await seconds(25)
    clock.advance(8 * hour)
    await watch.once()
    await seconds(29)
    assert.equal(await statusOf(id), 'in_progress')
    await seconds(1)
    assert.equal(await statusOf(id), 'lost')
  })

  it('is never lost by silence when no heartbeat is expected of it', async (t) => {
    const { store, start, statusOf } = await world(t)
    const id = await start('pings')
    const silent: Store['syncs'] = new Proxy(store.syncs, {
      get: (target, method: keyof Store['syncs']) => {
        if (method !== 'listRunning') return target[method]
        return async (...given: Parameters<Store['syncs']['listRunning']>) =>
          (await target.listRunning(...given)).map((sync) => ({ ...sync, heartbeat_expected: false }))
      },
    })
    const clock = new FakeClock()
    const watch = new LostSyncWatch(
      silent,
      new MemoryLogWriter({ clock }),
      clock,
      syncLimits({ default: '1m' }),
    )
    for (let second = 0; second < 60; second++) {
      await watch.once()
      assert.equal(await statusOf(id), 'in_progress')
      clock.advance(1000)
    }
    await watch.once()
    assert.equal(await statusOf(id), 'timed_out')
  })

  it('is found by a library that runs beside no server, for as long as it is open', async (t) => {
    const { store, clock, logs, start, statusOf } = await world(t)
    const id = await start('of a container that is no more')
    const monitor = await createMonitor({ store, clock, logs })
    for (let second = 0; second < 40; second += 5) {
      clock.advance(5000)
      // Its look is over before the next.
      for (let turn = 0; turn < 20; turn++) await store.syncs.listRunning(null, 1)
    }
    assert.equal(await statusOf(id), 'lost')
    await monitor.close()
  })
})

describe('two watchers', () => {
  it('mark a sync once, with one line and one change of status', async (t) => {
    const { store, clock, watch, logs, start } = await world(t, syncLimits({ slow: '1m' }))
    const other_logs = new MemoryLogWriter({ clock })
    const other = new LostSyncWatch(store.syncs, other_logs, clock, syncLimits({ slow: '1m' }))
    const own = { host: self.host, pid: self.pid, process_started: self.process_started }
    const gone = { host: self.host, pid: self.pid, process_started: `${self.pid_space} 1` }
    const ids: number[] = []
    for (let index = 0; index < 300; index++) ids.push(await start(`shared-${index}`, gone))
    const slow = await start('slow', { ...own, sync_type: 'slow' })
    await store.syncs.heartbeat([slow], START, [61_000])
    const [mine, theirs] = await Promise.all([watch.once(), other.once()])
    assert.deepEqual(
      [...mine, ...theirs].toSorted((a, b) => a - b),
      ids,
    )
    const lines = [...logs.events('errors'), ...other_logs.events('errors')]
    assert.equal(lines.length, ids.length + 1)
    assert.equal(new Set(lines.map((line) => line['task_id'])).size, ids.length + 1)
    for (const id of [...ids, slow]) assert.equal((await store.syncs.listStatusChanges(id)).length, 2)
  })
})

describe('a sync with a time limit', () => {
  const own = { host: self.host, pid: self.pid, process_started: self.process_started }

  it('is timed out as soon as it says that it ran for longer, with a line that tells both times', async (t) => {
    const { store, watch, logs, start, statusOf } = await world(t, syncLimits({ submissions: '2h' }))
    const id = await start('long', { ...own, sync_type: 'submissions', user_id: '42' })
    await store.syncs.heartbeat([id], START, [2 * hour - 1])
    await watch.once()
    assert.equal(await statusOf(id), 'in_progress')
    await store.syncs.heartbeat([id], START, [2 * hour])
    assert.deepEqual(await watch.once(), [], 'it is not lost')
    assert.equal(await statusOf(id), 'timed_out')
    await watch.once()
    const [line, ...more] = logs.events('errors')
    assert.deepEqual(more, [])
    assert.partialDeepStrictEqual(line, {
      level: 'ERROR',
      event: 'sync_timed_out',
      task_id: 'long',
      user_id: 42,
      error_type: 'timed_out',
      operation: 'sync',
      sync_type: 'submissions',
      pid: self.pid,
      elapsed_ms: 2 * hour,
      timeout_ms: 2 * hour,
      message: 'The sync ran longer than its limit of 2 h.',
    })
  })

  it('has that of its type, or else the default of 24 hours, or none', async (t) => {
    const { store, watch, start, statusOf } = await world(t, syncLimits({ all: 'none', grades: '90s' }))
    const all = await start('all', { ...own, sync_type: 'all' })
    const grades = await start('grades', { ...own, sync_type: 'grades' })
    const other = await start('other', { ...own, sync_type: 'mine' })
    const still = await start('still', { ...own, sync_type: 'mine' })
    await store.syncs.heartbeat([all, grades, other, still], START, [
      9999 * hour,
      90_000,
      24 * hour,
      24 * hour - 1,
    ])
    await watch.once()
    const statuses = await Promise.all([all, grades, other, still].map(statusOf))
    assert.deepEqual(statuses, ['in_progress', 'timed_out', 'timed_out', 'in_progress'])
  })

  it('is not timed out by any jump of the wall clock, nor by the sleep of the watcher', async (t) => {
    const { store, clock, watch, start, statusOf, seconds } = await world(t, syncLimits({ default: '1h' }))
    const id = await start('jumps', { ...own, started_at: START - 48 * hour })
    await watch.once()
    clock.jumpWall(48 * hour)
    await store.syncs.heartbeat([id], START + 48 * hour, [10_000])
    await seconds(20)
    clock.advance(2 * hour)
    await watch.once()
    assert.equal(await statusOf(id), 'in_progress')
  })

  it('is timed out though it is stopped and says nothing more', async (t) => {
    const { store, start, statusOf, seconds } = await world(t, syncLimits({ default: '1h' }))
    const id = await start('stopped', own)
    await store.syncs.heartbeat([id], START, [hour - 20_000])
    await seconds(20)
    assert.equal(await statusOf(id), 'in_progress')
    await seconds(1)
    assert.equal(await statusOf(id), 'timed_out')
  })

  it('is timed out though nobody says how long it runs, and the server is started anew meanwhile', async (t) => {
    const { store, clock, start, statusOf } = await world(t)
    const limits = syncLimits({ default: '10m' })
    const id = await start('silent about it', own)
    let looks = 0
    while ((await statusOf(id)) === 'in_progress') {
      // A server that lives for three minutes, and then is away for one.
      const watch = new LostSyncWatch(store.syncs, new MemoryLogWriter({ clock }), clock, limits)
      for (let second = 0; second < 180; second++, looks++) {
        await watch.once()
        clock.advance(1000)
      }
      clock.advance(60_000)
    }
    // What was seen in the last minute of each is not known to the next.
    assert.ok(looks >= 600 && looks <= 900, String(looks))
  })

  it('learns from its end that it was timed out, and a line tells what came late', async (t) => {
    const { store, clock, logs, seconds } = await world(t, syncLimits({ default: '1m' }))
    const monitor = await createMonitor({ store, clock, logs })
    const sync = await monitor.startSync({ taskId: 'late' })
    await seconds(61, () => store.health())
    const record = await sync.completeSuccess()
    assert.deepEqual([record.sync_status, record.error_type], ['timed_out', 'timed_out'])
    assert.match(record.error_message ?? '', /longer than its limit/)
    const row = await store.syncs.getSyncByTaskId('late')
    assert.deepEqual([row?.sync_status, row?.repaired_from], ['timed_out', null])
    const late = logs.events('operations').find(({ event }) => event === 'sync_ended_late')
    assert.partialDeepStrictEqual(late, {
      level: 'WARNING',
      task_id: 'late',
      status: 'timed_out',
      reason: 'completed',
      message: 'The sync ended as completed, but it was timed_out by then and stays so.',
    })
    await monitor.close()
  })
})

describe('limits', () => {
  for (const wrong of ['2', '2 hours', '-1h', '0s', '', 5 as unknown as string, null as unknown as string]) {
    it(`are refused when one is ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => syncLimits({ grades: wrong }), {
        code: 'config_invalid',
        message: /"grades" must be a time such as/,
      })
    })
  }

  it('are whole seconds, minutes, hours or days', () => {
    const limits = syncLimits({ a: '90s', b: '45m', c: '6h', d: '2d', e: 'none', default: 'none' })
    const of = (heartbeat_expected: boolean): (number | null)[] =>
      ['a', 'b', 'c', 'd', 'e', 'f'].map((sync_type) => limits({ sync_type, heartbeat_expected }))
    const given = [90_000, 2_700_000, 6 * hour, 48 * hour]
    assert.deepEqual(of(true), [...given, null, null])
    // Of pings nothing else would ever be the end.
    assert.deepEqual(of(false), [...given, 168 * hour, 168 * hour])
  })

  it('may be longer than a week for runs of pings, when that is said', () => {
    const run = { sync_type: 'slow', heartbeat_expected: false }
    assert.equal(syncLimits({ default: '30d' })(run), 720 * hour)
    assert.equal(syncLimits({ slow: '30d', default: 'none' })(run), 720 * hour)
    assert.equal(syncLimits()(run), 24 * hour)
    assert.equal(NO_LIMITS(run), null)
  })
})

describe('looking at a thousand running syncs', () => {
  it('asks for each process once and takes little of a second', async (t) => {
    const { store, watch, start, logs } = await world(t, syncLimits())
    const own = { host: self.host, pid: self.pid, process_started: self.process_started }
    await Promise.all(Array.from({ length: 1000 }, (_, index) => start(`busy-${index}`, own)))
    await watch.once()
    const { cost_ms } = await processCost(async () => {
      for (let look = 0; look < 10; look++) await watch.once()
    })
    const each_ms = cost_ms / 10
    t.diagnostic(`a look at 1,000 running syncs costs ${each_ms.toFixed(1)} ms`)
    assert.ok(each_ms < 200, `${each_ms} ms`)
    assert.equal(logs.events('errors').length, 0)
    const { length } = await store.syncs.listRunning(null, 5000)
    assert.equal(length, 1000)
    await store.syncs.finishSync(1, syncFinish())
  })

  it('leaves none of twelve thousand out', async (t) => {
    const { store, watch, start, statusOf } = await world(t)
    const own = { host: self.host, pid: self.pid, process_started: self.process_started }
    // The oldest and the newest are gone; those between live.
    const first = await start('first', { ...own, process_started: `${self.pid_space} 1` })
    await Promise.all(Array.from({ length: 12_000 }, (_, index) => start(`many-${index}`, own)))
    const last = await start('last', {
      ...own,
      process_started: `${self.pid_space} 1`,
      started_at: START + 5,
    })
    assert.deepEqual(await watch.once(), [first, last])
    assert.deepEqual([await statusOf(first), await statusOf(last)], ['lost', 'lost'])
    assert.equal((await store.syncs.listRunning(null, 20_000)).length, 12_000)
  })
})
