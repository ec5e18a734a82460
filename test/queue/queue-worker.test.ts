import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { QueueWorker, type WorkerSummary } from '../../src/queue/queue-worker.ts'
import type { SyncQueue } from '../../src/queue/sync-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob } from './queued-sync-factory.ts'
import { startCanvas } from './support/fleet.ts'
import { until } from './support/patient.ts'

const directory = temporaryDirectory()
let places = 0

interface Place extends AsyncDisposable {
  readonly store: Store
  readonly queue: SyncQueue
  readonly worker: QueueWorker
  /** What the observer was told: `taken`, what became of it, or a trouble. */
  readonly told: readonly string[]
  stop(): Promise<WorkerSummary>
  /** Beside the store. */
  execute(statement: string): void
}

/** A worker of this process, its own clock and database, and a Canvas whose answers take a while. */
async function place(latency_ms: number): Promise<Place> {
  const { simulator, tokens } = await startCanvas(1, { latency_ms })
  const path = join(directory, `worker-${++places}.db`)
  const store = await openStore(`sqlite:${path}`)
  const monitor = await createMonitor({ store, logs: new MemoryLogWriter({ clock: systemClock }) })
  const queue = new EmbeddedQueue(store.queue, systemClock, 30_000)
  const told: string[] = []
  const [[name, token] = ['', '']] = tokens
  const source = { name, base_url: simulator.base_url, readToken: () => token }
  const worker = new QueueWorker({
    queue,
    monitor,
    sources: new Map([[name, source]]),
    drain_ms: 0,
    version: '1.0.0',
    id: 'here',
    observer: {
      taken: () => void told.push('taken'),
      ended: (_, { became }) => void told.push(became),
      trouble: (message) => void told.push(message),
    },
  })
  const stopping = new AbortController()
  const running = worker.run(stopping.signal)
  const stop = (): Promise<WorkerSummary> => {
    stopping.abort()
    return running
  }
  return {
    store,
    queue,
    worker,
    told,
    stop,
    execute(statement) {
      using database = new DatabaseSync(path, { timeout: 10_000 })
      database.exec(statement)
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await monitor.close()
      await store.close()
      await simulator.close()
    },
  }
}

test('a worker that takes its own job again runs the next attempt when the last one has ended', async () => {
  await using opened = await place(300)
  const { store, queue, told, worker } = opened
  const job = newJob('teacher-0')
  await queue.add(job)
  const statuses = async (): Promise<(string | undefined)[]> => {
    const attempts = await store.queue.listAttempts(job.id)
    return await Promise.all(
      attempts.map(
        async ({ sync_task_id }) => (await store.syncs.getSyncByTaskId(sync_task_id))?.sync_status,
      ),
    )
  }
  await until(async () => (await statuses())[0] === 'in_progress')
  // As after a sleep: the queue has given it away before this worker could know.
  await store.queue.returnSilentJobs(Date.now() + 1)
  await until(async () => (await statuses())[1] === 'in_progress')
  assert.deepEqual(told, ['taken', 'taken', 'lost_hold'])
  assert.equal(worker.running, 1)
  assert.notEqual((await statuses())[0], 'in_progress')
  assert.equal((await queue.find(job.id))?.state, 'running')
})

test('an attempt that cannot begin is told, and gives its source free again', async () => {
  await using opened = await place(0)
  const { queue, told, stop } = opened
  const [first, second] = [newJob('teacher-0', { priority: 1 }), newJob('teacher-0')]
  opened.execute(`create trigger refused before insert on canvas_queue_attempts when new.job_id = '${first.id}'
    begin select raise(abort, 'refused'); end`)
  for (const job of [first, second]) await queue.add(job)
  await until(async () => (await queue.find(second.id))?.state === 'ended')
  const back = await queue.find(first.id)
  assert.equal(back?.state, 'queued')
  assert.ok(back.start_after > Date.now())
  assert.equal(told[0], 'taken')
  assert.match(told[1] ?? '', /^A sync of teacher-0 could not begin: /)
  assert.deepEqual(await stop(), { ended: 1, retried: 0, handed_back: 1, lost_hold: 0 })
})
