import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Clock } from '../../src/core/clock.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { fireSchedules, newSchedule } from '../../src/queue/fire-schedules.ts'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { queuedSync } from './queued-sync-factory.ts'

const directory = temporaryDirectory()

test('each time of a schedule becomes one sync, however many workers look, and those of an absence one', async () => {
  await using store = await openStore(`sqlite:${join(directory, 'schedules.db')}`)
  let now = Date.UTC(2026, 10, 22, 23, 0)
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.resolve(),
    every: () => () => {},
  }
  const queue = new EmbeddedQueue(store.queue, clock, 30_000)
  const given = { slug: 'nightly', cron: '0 2 * * *', time_zone: 'Europe/Zurich', priority: 4 }
  await store.queue.saveSchedule(newSchedule({ ...given, sync: queuedSync('science') }, now))
  const look = (): Promise<number[]> =>
    Promise.all([1, 2, 3].map(() => fireSchedules(store.queue, queue, clock)))
  const fired = async (): Promise<number> => (await look()).reduce((sum, each) => sum + each, 0)

  assert.equal(await fired(), 0)
  now = Date.UTC(2026, 10, 23, 1, 0)
  assert.equal(await fired(), 1)
  assert.equal(await fired(), 0)
  now = Date.UTC(2026, 10, 23, 2, 0)
  assert.equal(await fired(), 0)
  now = Date.UTC(2026, 10, 26, 12, 0)
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
