import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '../../src/core/clock.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { fireSchedules, newSchedule } from '../../src/queue/fire-schedules.ts'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import type { Store } from '../../src/store/store.ts'
import { queuedSync } from './queued-sync-factory.ts'

const directory = temporaryDirectory()
const NIGHTLY = { slug: 'nightly', cron: '0 2 * * *', time_zone: 'UTC', priority: 0 }

interface Place extends AsyncDisposable {
  readonly store: Store
  readonly queue: EmbeddedQueue
  set(now: number): void
  fire(): Promise<number>
}

async function place(name: string, start: number): Promise<Place> {
  const store = await openStore(`sqlite:${join(directory, `${name}.db`)}`)
  let now = start
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.resolve(),
    every: () => () => {},
  }
  const queue = new EmbeddedQueue(store.queue, clock, 30_000)
  return {
    store,
    queue,
    set: (at) => (now = at),
    fire: () => fireSchedules(store.queue, queue),
    [Symbol.asyncDispose]: () => store.close(),
  }
}

test('each time of a schedule becomes one sync, however many workers look, and those of an absence one', async () => {
  const start = Date.UTC(2026, 10, 22, 23, 0)
  await using opened = await place('schedules', start)
  const { store, queue, set } = opened
  const given = { slug: 'nightly', cron: '0 2 * * *', time_zone: 'Europe/Zurich', priority: 4 }
  await store.queue.saveSchedule(newSchedule({ ...given, sync: queuedSync('science') }, start))
  const look = (): Promise<number[]> => Promise.all([1, 2, 3].map(() => opened.fire()))
  const fired = async (): Promise<number> => (await look()).reduce((sum, each) => sum + each, 0)

  assert.equal(await fired(), 0)
  set(Date.UTC(2026, 10, 23, 1, 0))
  assert.equal(await fired(), 1)
  assert.equal(await fired(), 0)
  set(Date.UTC(2026, 10, 23, 2, 0))
  assert.equal(await fired(), 0)
  const first = await queue.take(['science'])
  assert.ok(first)
  await queue.end(first, { status: 'completed', error_type: null, sync_id: null })
  set(Date.UTC(2026, 10, 26, 12, 0))
  assert.equal(await fired(), 1)
  const [schedule] = await store.queue.listSchedules()
  assert.equal(schedule?.next_at, Date.UTC(2026, 10, 27, 1, 0))
  const jobs = await queue.list({ limit: 10 })
  assert.equal(jobs.length, 2)
  assert.deepEqual(
    jobs.map(({ sync, priority }) => [sync.source, sync.schedule, priority]),
    [
      ['science', 'nightly', 4],
      ['science', 'nightly', 4],
    ],
  )
})

test('a schedule whose sync still waits adds no other, until it runs or is another sync', async () => {
  const at = (day: number, hour = 3): number => Date.UTC(2026, 10, day, hour)
  await using opened = await place('waiting', at(1))
  const { store, queue, set, fire } = opened
  const schedule = { ...NIGHTLY, sync: queuedSync('science') }
  await store.queue.saveSchedule(newSchedule(schedule, at(1)))
  const fired: number[] = []
  for (const day of [2, 3, 4]) {
    set(at(day))
    fired.push(await fire())
  }
  assert.deepEqual(fired, [1, 0, 0])
  const [waits] = await store.queue.listSchedules()
  assert.deepEqual([waits?.last_at, waits?.next_at], [at(4, 2), at(5, 2)])
  const taken = await queue.take(['science'])
  assert.equal(taken?.job_id, waits?.last_job_id)
  set(at(5))
  assert.equal(await fire(), 1)
  await store.queue.saveSchedule(newSchedule({ ...schedule, sync: queuedSync('law') }, at(5)))
  set(at(6))
  assert.equal(await fire(), 1)
  assert.equal((await queue.take(['law']))?.job.sync.source, 'law')
})

test('a schedule that is given again while it is due is due', async () => {
  const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour)
  await using opened = await place('again', at(1, 3))
  const { store, set, fire } = opened
  const schedule = { ...NIGHTLY, sync: queuedSync('science') }
  await store.queue.saveSchedule(newSchedule(schedule, at(1, 3)))
  await store.queue.saveSchedule(newSchedule({ ...schedule, priority: 3 }, at(2, 4)))
  set(at(2, 5))
  assert.equal(await fire(), 1)
  const [saved] = await store.queue.listSchedules()
  assert.deepEqual([saved?.priority, saved?.last_at], [3, at(2, 2)])
})

test('a time that only a wrong clock can have written is put back, and nothing is due twice', async () => {
  const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour)
  await using opened = await place('clock', at(1, 3))
  const { store, queue, set, fire } = opened
  await store.queue.saveSchedule(newSchedule({ ...NIGHTLY, sync: queuedSync('science') }, at(1, 3)))
  set(Date.UTC(2027, 6, 1))
  assert.equal(await fire(), 1)
  const early = await queue.take(['science'])
  assert.ok(early)
  await queue.end(early, { status: 'completed', error_type: null, sync_id: null })
  set(at(1, 4))
  assert.equal(await fire(), 0)
  assert.equal((await store.queue.listSchedules())[0]?.next_at, at(2, 2))
  // That one was added early, and is known by its time.
  set(at(2, 3))
  assert.equal(await fire(), 0)
  set(at(3, 3))
  assert.equal(await fire(), 1)
})

test('a schedule that cannot be read here keeps no other from being due', async () => {
  const start = Date.UTC(2026, 10, 1, 3)
  await using opened = await place('zones', start)
  const { store, queue, set } = opened
  const [unknown, known] = ['a-moon', 'b-earth'].map((slug) =>
    newSchedule({ ...NIGHTLY, slug, sync: queuedSync(slug) }, start),
  )
  assert.ok(unknown && known)
  await store.queue.saveSchedule({ ...unknown, time_zone: 'Moon/Tranquility' })
  await store.queue.saveSchedule(known)
  set(Date.UTC(2026, 10, 2, 3))
  const told: string[] = []
  assert.equal(await fireSchedules(store.queue, queue, (slug) => told.push(slug)), 1)
  assert.deepEqual(told, ['a-moon'])
})
