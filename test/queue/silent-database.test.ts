import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { openPgBossQueue } from '../../src/queue/pg-boss-queue.ts'
import { QueueWorker } from '../../src/queue/queue-worker.ts'
import type { SyncQueue } from '../../src/queue/sync-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { newJob } from './queued-sync-factory.ts'
import { startCanvas } from './support/fleet.ts'
import { until } from './support/patient.ts'
import { SilentProxy } from './support/silent-proxy.ts'

/** Longer than any statement here takes, and short enough for a test. */
const LIMIT_MS = 1000
/** Without limits of its own, whoever waits for an answer waits for ever. */
const ENDS = { timeout: 60_000 }

interface Place extends AsyncDisposable {
  readonly database: string
  readonly proxy: SilentProxy
  /** Through the proxy. */
  readonly queue: SyncQueue
  /** Past it. */
  readonly direct: SyncQueue
}

async function place(): Promise<Place> {
  const database = await (await startPostgres()).createDatabase()
  const proxy = await SilentProxy.before(database)
  const direct = await openPgBossQueue({ database, lease_ms: 10_000 })
  const limits = { lease_ms: 10_000, answer_limit_ms: LIMIT_MS }
  const queue = await openPgBossQueue({ database: proxy.url, supervise: true, ...limits })
  return {
    database,
    proxy,
    queue,
    direct,
    async [Symbol.asyncDispose]() {
      await queue.close()
      await direct.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

/** Connections that were idle meanwhile are lost as well, and found out one by one. */
const answered = <T>(ask: () => Promise<T>): Promise<T> =>
  until(
    async () =>
      await ask().then(
        (value) => ({ value }),
        () => null,
      ),
  ).then(({ value }) => value)

test(
  'a database that says nothing any more is given up on, and asked again when it is back',
  ENDS,
  async () => {
    await using opened = await place()
    const { queue, proxy } = opened
    for (const source of ['held', 'waits']) await queue.add(newJob(source))
    const held = await queue.take(['held'])
    assert.ok(held)
    proxy.silence()
    const asked = [queue.keep([held]), queue.take(['waits']), queue.depths(), queue.giveBack(held, 1000)]
    for (const each of await Promise.allSettled(asked)) assert.equal(each.status, 'rejected')
    await assert.rejects(queue.keep([held]))
    proxy.speak()
    assert.deepEqual(
      (await answered(() => queue.keep([held]))).map(({ job_id }) => job_id),
      [held.job_id],
    )
    assert.equal((await answered(() => queue.take(['waits'])))?.job.sync.source, 'waits')
    // And it can be closed while it is silent.
    proxy.silence()
  },
)

test('a machine that is gone in the middle of giving a job back keeps nobody from it', ENDS, async () => {
  await using opened = await place()
  const { queue, direct, proxy } = opened
  await queue.add(newJob('locked'))
  const held = await queue.take(['locked'])
  assert.ok(held)
  proxy.silenceAfter('deleted_jobs')
  await assert.rejects(queue.giveBack(held, 1000))
  const done = { status: 'completed', error_type: null, sync_id: null } as const
  assert.equal(await direct.end(held, done), true)
})

test(
  'a worker whose queue was silent takes syncs again when it is back, and stops while it is silent',
  ENDS,
  async () => {
    await using opened = await place()
    const { database, queue, direct, proxy } = opened
    const { simulator, tokens } = await startCanvas(1)
    await using _canvas = simulator
    await using store = await openStore(database)
    await using monitor = await createMonitor({ store, logs: new MemoryLogWriter({ clock: systemClock }) })
    const [[name, token] = ['', '']] = tokens
    const source = { name, base_url: simulator.base_url, readToken: () => token }
    const troubles: string[] = []
    const observer = { trouble: (message: string): void => void troubles.push(message) }
    const sources = new Map([[name, source]])
    const worker = new QueueWorker({ queue, monitor, sources, version: '1.0.0', id: 'here', observer })
    const stop = new AbortController()
    const running = worker.run(stop.signal)
    proxy.silence()
    const job = newJob(name)
    await direct.add(job)
    await until(() => troubles.includes('The queue cannot be reached; trying again.'))
    proxy.speak()
    await until(async () => (await direct.find(job.id))?.result?.status === 'completed')
    proxy.silence()
    stop.abort()
    assert.equal((await running).ended, 1)
  },
)
