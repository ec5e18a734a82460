import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newJob } from './queued-sync-factory.ts'
import { until } from './support/patient.ts'
import { overlaps } from './support/seen-calls.ts'
import { DATABASES, ended, isRunning, withPlace } from './support/worker-place.ts'

const linux = process.platform === 'linux' ? false : 'the other end of a connection is looked up in /proc'

describe('a worker that was stopped for longer than its lease', () => {
  it('finds out, asks Canvas nothing more, and its sync ends once', { skip: linux }, async () => {
    const database = await DATABASES['PostgreSQL and pg-boss']()
    await withPlace(database, { latency_ms: 300 }, async (place) => {
      const { queue, fleet, seen, store } = place
      const job = newJob('teacher-0')
      await queue.add(job)
      const paused = fleet.start()
      await until(() => isRunning(place, job))
      await until(() => seen.calls.length > 2)
      paused.child.kill('SIGSTOP')
      fleet.start()
      await until(async () => (await store.queue.listAttempts(job.id)).length === 2)
      const before = seen.calls.filter(({ pid }) => pid === paused.pid).length
      paused.child.kill('SIGCONT')
      await ended(place, job)
      await until(() => paused.holds.size === 0)
      assert.equal(seen.calls.filter(({ pid }) => pid === paused.pid).length, before)
      assert.deepEqual(
        overlaps(seen.calls, (pid) => fleet.diedAt(pid)),
        [],
      )
      assert.deepEqual(await place.statuses(job), ['lost', 'completed'])
      for (const { sync_task_id } of await store.queue.listAttempts(job.id)) {
        const row = await store.syncs.getSyncByTaskId(sync_task_id)
        assert.equal((await store.syncs.listStatusChanges(row?.id ?? 0)).length, 2)
      }
      assert.deepEqual(
        paused.events.filter(({ job_id }) => job_id === job.id).map(({ event }) => event),
        ['taken', 'lost_hold'],
      )
    })
  })
})
