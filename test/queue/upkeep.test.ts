import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { QueueJobResult } from '../../src/core/queued-sync.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { newSchedule } from '../../src/queue/fire-schedules.ts'
import { Upkeep } from '../../src/queue/upkeep.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { QueueWorkerRow, TakenJob } from '../../src/store/queue.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob, queuedSync } from './queued-sync-factory.ts'

const directory = temporaryDirectory()
const DONE: QueueJobResult = { status: 'completed', error_type: null, sync_id: null }
const DAY_MS = 86_400_000

interface Place extends AsyncDisposable {
  readonly clock: FakeClock
  readonly queue: EmbeddedQueue
  readonly store: Awaited<ReturnType<typeof openStore>>
  readonly troubles: readonly string[]
  /** One look of a worker that starts and stops. */
  look(): Promise<void>
}

async function place(name: string): Promise<Place> {
  const clock = new FakeClock()
  const store = await openStore(`sqlite:${join(directory, `${name}.db`)}`)
  const monitor = await createMonitor({ store, logs: new MemoryLogWriter({ clock }), clock })
  const queue = new EmbeddedQueue(store.queue, clock, 30_000)
  const troubles: string[] = []
  const trouble = (message: string): void => void troubles.push(message)
  const row = (): QueueWorkerRow => ({
    id: 'here',
    host: 'here',
    pid: 7,
    version: '1.0.0',
    sources: ['science'],
    concurrency: 2,
    running: 0,
    state: 'working',
    started_at: clock.now(),
    heartbeat_at: clock.now(),
  })
  return {
    clock,
    queue,
    store,
    troubles,
    async look() {
      const upkeep = new Upkeep({ queue, monitor, clock, row, trouble })
      await upkeep.start()
      await upkeep.stop()
    },
    async [Symbol.asyncDispose]() {
      await monitor.close()
      await store.close()
    },
  }
}

/** A job of an own source whose attempt runs on another machine. */
async function begun({ queue, store, clock }: Place, source: string): Promise<TakenJob> {
  await queue.add(newJob(source))
  const taken = await queue.take([source])
  assert.ok(taken)
  const { job_id, token } = taken
  const who = { worker_id: 'there', host: 'there', pid: 7, process_started: 'space 1 boot' }
  await store.queue.beginAttempt({ job_id, token, source, task_id: job_id, ...who, now: clock.now() })
  return taken
}

test('an attempt of another machine that nobody called ended is, when its job has ended long ago', async () => {
  await using opened = await place('settled')
  const { queue, store, clock, look } = opened
  const ended = await begun(opened, 'ended')
  const running = await begun(opened, 'running')
  await queue.end(ended, DONE)
  const states = async (): Promise<string[]> =>
    (await store.queue.listRunningAttempts(10)).map(({ source }) => source).sort()
  await look()
  assert.deepEqual(await states(), ['ended', 'running'])
  clock.advance(3_600_001)
  await queue.keep([running])
  await look()
  assert.deepEqual(await states(), ['running'])
})

test('a job that waits for weeks goes on counting its attempts', async () => {
  await using opened = await place('weeks')
  const { queue, store, clock, look } = opened
  const [waits, over] = [await begun(opened, 'waits'), await begun(opened, 'over')]
  for (const { job_id } of [waits, over]) await store.queue.endAttempt(job_id, 1, 'ended', clock.now())
  await queue.giveBack(waits, 0)
  await queue.end(over, DONE)
  clock.advance(31 * DAY_MS)
  await look()
  assert.equal((await store.queue.listAttempts(waits.job_id)).length, 1)
  assert.equal((await store.queue.listAttempts(over.job_id)).length, 0)
})

test('a schedule of a time zone that nobody here knows is told as that, and the others are due', async () => {
  await using opened = await place('zones')
  const { queue, store, clock, look, troubles } = opened
  const given = { cron: '0 2 * * *', time_zone: 'UTC', priority: 0 }
  for (const slug of ['earth', 'a-moon']) {
    const schedule = newSchedule({ ...given, slug, sync: queuedSync(slug) }, clock.now())
    await store.queue.saveSchedule({
      ...schedule,
      ...(slug === 'a-moon' ? { time_zone: 'Moon/Tranquility' } : {}),
    })
  }
  clock.advance(DAY_MS)
  await look()
  assert.deepEqual(
    (await queue.list({ limit: 10 })).map(({ sync }) => sync.source),
    ['earth'],
  )
  assert.equal(troubles.length, 1)
  assert.match(troubles[0] ?? '', /^This machine cannot tell when the schedule a-moon is due/)
})
