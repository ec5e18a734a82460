import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isMonitorError, MonitorError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { HeartbeatKeeper } from '../../src/store/heartbeats/heartbeat-keeper.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { packError, unpackError } from '../../src/store/sqlite/worker-protocol.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { START, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { PATIENCE } from '../support/patience.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0
const newPath = (): string => join(directory, `worker-${++files}.db`)

describe('errors of the store thread', () => {
  it('arrive as what they were: class, code, next step, details and cause', () => {
    const sent = new MonitorError('throttled', 'Slow down.', {
      next_step: 'Wait.',
      details: { status: 429, retry_after_ms: 5 },
      cause: new Error('underneath'),
    })
    const got = unpackError(structuredClone(packError(sent)))
    assert.ok(isMonitorError(got))
    const { code, message, next_step, retryable, details } = sent
    const facts = [got.code, got.message, got.next_step, got.retryable, got.details]
    assert.deepEqual(facts, [code, message, next_step, retryable, details])
    assert.equal((got.cause as Error).message, 'underneath')
  })

  it('that are not ours become one of storage, without what SQLite said in its sentence', () => {
    const got = unpackError(packError(new TypeError('near "secret": syntax error')))
    assert.equal(got.code, 'storage')
    assert.doesNotMatch(got.message, /secret/)
    assert.match((got.cause as Error).message, /secret/)
  })

  it('are told where they belong', async () => {
    await using store = await openStore(`sqlite:${newPath()}`)
    await store.syncs.startSync(syncStart('twin'))
    await assert.rejects(store.syncs.startSync(syncStart('twin')), (error: unknown) => {
      assert.ok(isMonitorError(error))
      assert.equal(error.code, 'task_id_taken')
      assert.match(error.next_step, /task id/)
      return true
    })
  })

  it('reject a call whose arguments cannot be sent, and nothing waits for its answer', async () => {
    await using store = await openStore(`sqlite:${newPath()}`)
    const metadata = { callback: () => {} }
    await assert.rejects(store.syncs.startSync(syncStart('x', { sync_metadata: metadata })), {
      name: 'MonitorError',
    })
    assert.ok(await store.syncs.startSync(syncStart('y')))
  })
})

describe('the store thread', () => {
  it('does not keep a process alive that forgets to close, but finishes what was asked', async () => {
    const path = newPath()
    const program = fileURLToPath(new URL('forgetful-process.ts', import.meta.url))
    const child = spawn(process.execPath, [program, `sqlite:${path}`], { stdio: 'inherit', timeout: 120_000 })
    assert.deepEqual(await once(child, 'exit'), [0, null])
    await using store = new SqliteStore(path)
    assert.ok(await store.syncs.getSyncByTaskId('waited for'))
    assert.ok(await store.syncs.getSyncByTaskId('not waited for'))
  })

  it('leaves the event loop free while it writes 20,000 rows', async () => {
    await using store = await openStore(`sqlite:${newPath()}`)
    const { id: source_id } = await store.data.openSource('https://canvas.test', '1', START)
    const scope = { source_id, entity: 'submissions', listed_by: '1' } as const
    const listing = await store.data.beginListing(scope, START)
    const longest_ms: number[] = []
    // A busy machine delays every loop, so the best of some attempts counts.
    while (longest_ms.length < 4 && !longest_ms.some((delay) => delay < 100)) {
      const attempt = longest_ms.length
      const pages = Array.from({ length: 200 }, (_, page) =>
        Array.from({ length: 100 }, (_, row) => syncedRow('submissions', `${attempt}-${page}-${row}`)),
      )
      const delays = monitorEventLoopDelay({ resolution: 5 })
      delays.enable()
      for (let at = 0; at < pages.length; at += 4) {
        await Promise.all(pages.slice(at, at + 4).map((rows) => store.data.applyRows(listing, rows)))
      }
      delays.disable()
      longest_ms.push(delays.max / 1e6)
    }
    assert.equal(await store.data.countRows(scope), 20_000 * longest_ms.length)
    assert.ok(Math.min(...longest_ms) < 100 * PATIENCE, `${longest_ms.join(', ')} ms`)
  })

  it('keeps the heartbeats of running syncs while the event loop is blocked', async () => {
    const path = newPath()
    await using store = await openStore(`sqlite:${path}`, { heartbeat_interval_ms: 10 })
    await using beside = new SqliteStore(path)
    // On the clock of the thread: the syncs started long ago, and beat now.
    const running = await store.syncs.startSync(syncStart('running', { started_at: START }))
    const ended = await store.syncs.startSync(syncStart('ended', { started_at: START }))
    await store.syncs.finishSync(ended, syncFinish({ heartbeat_at: START }))
    let beats_while_blocked = 0
    // Where the answer comes late, it tells a beat from after the block.
    for (let attempt = 0; attempt < 20 && beats_while_blocked === 0; attempt++) {
      const before = Date.now()
      for (const until = performance.now() + 250; performance.now() < until;);
      const after = Date.now()
      const beat = (await beside.syncs.getSync(running))?.heartbeat_at ?? 0
      if (beat > before && beat < after) beats_while_blocked++
    }
    assert.ok(beats_while_blocked > 0)
    assert.equal((await beside.syncs.getSync(ended))?.heartbeat_at, START)
  })
})

describe('the keeper of heartbeats', () => {
  it('beats for the syncs that were started and not finished, until it is stopped', async () => {
    await using store = new SqliteStore(newPath())
    const clock = new FakeClock({ start: '2026-11-22T10:15:00.000Z' })
    const keeper = new HeartbeatKeeper(store.syncs, clock, 10_000)
    const ids: number[] = []
    for (const task_id of ['a', 'b']) {
      const start = syncStart(task_id)
      const id = await store.syncs.startSync(start)
      keeper.follow('startSync', [start], id)
      ids.push(id)
    }
    const [a = 0, b = 0] = ids
    const beats = async (): Promise<number[]> => {
      // A write of our own is committed after the beat that was asked for before it.
      await store.syncs.saveProgress(987_654, syncProgress())
      return await Promise.all(
        ids.map(async (id) => ((await store.syncs.getSync(id))?.heartbeat_at ?? 0) - START),
      )
    }
    clock.advance(10_000)
    assert.deepEqual(await beats(), [10_000, 10_000])
    keeper.follow('finishSync', [a, syncFinish()], {
      applied: true,
      status: 'completed',
      repaired_from: null,
    })
    clock.advance(10_000)
    assert.deepEqual(await beats(), [10_000, 20_000])
    keeper.stop()
    clock.advance(10_000)
    assert.deepEqual(await beats(), [10_000, 20_000])
    assert.ok(b > a)
  })
})
