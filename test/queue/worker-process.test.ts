import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { cancelJob } from '../../src/queue/cancel-job.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { newJob } from './queued-sync-factory.ts'
import { until } from './support/patient.ts'
import { DATABASES, ended, isRunning, SLOW, withPlace } from './support/worker-place.ts'

for (const [name, open] of Object.entries(DATABASES)) {
  describe(`a worker process with ${name}`, () => {
    it('takes what waits, tells of itself, and ends when nothing is left', async () => {
      await withPlace(await open(), {}, async (place) => {
        const { queue, fleet, store } = place
        const jobs = [newJob('teacher-0'), newJob('teacher-1'), newJob('teacher-0')]
        for (const job of jobs) await queue.add(job)
        const worker = fleet.start('--until-empty')
        const told = await until(async () => (await store.queue.listWorkers())[0])
        assert.deepEqual(told.sources, ['teacher-0', 'teacher-1'])
        assert.equal(told.pid, worker.pid)
        assert.deepEqual(await worker.gone, [0, null])
        for (const job of jobs) {
          const { result } = (await queue.find(job.id)) ?? {}
          const row = await place.rowOf(job)
          assert.deepEqual(result, { status: 'completed', error_type: null, sync_id: row?.id })
          assert.equal(row?.sync_task_id, job.id)
        }
        assert.deepEqual(await store.queue.listWorkers(), [])
      })
    })

    it('hands back what runs when it is asked to stop and has no time, and another one ends it', async () => {
      await withPlace(await open(), SLOW, async (place) => {
        const { queue, fleet } = place
        const job = newJob('teacher-0')
        await queue.add(job)
        const first = fleet.start('--drain', '0s')
        await until(() => isRunning(place, job))
        first.child.kill('SIGTERM')
        assert.deepEqual(await first.gone, [143, null])
        const back = await queue.find(job.id)
        assert.equal(back?.state, 'queued')
        assert.deepEqual(await place.statuses(job), ['cancelled'])
        fleet.start('--until-empty')
        await ended(place, job)
        assert.deepEqual(await place.statuses(job), ['cancelled', 'completed'])
      })
    })

    it('says on a port of its own that it takes syncs, and that it is stopping', async () => {
      await withPlace(await open(), SLOW, async (place) => {
        const { queue, fleet } = place
        await queue.add(newJob('teacher-0'))
        const worker = fleet.start('--probe-port', '0')
        const url = await until(() => /^Whether it is well: (.*)\/readyz$/m.exec(worker.messages())?.[1])
        const statuses = async (): Promise<number[]> =>
          await Promise.all(['/livez', '/readyz', '/'].map(async (path) => (await fetch(url + path)).status))
        await until(async () => (await statuses())[1] === 200 && worker.holds.size > 0)
        assert.deepEqual(await statuses(), [200, 200, 404])
        worker.child.kill('SIGTERM')
        const stopping = await until(async () => {
          const answer = await fetch(`${url}/readyz`)
          return answer.status === 503 ? ((await answer.json()) as { error: string }) : null
        })
        assert.equal(stopping.error, 'The worker is stopping.')
        assert.equal((await fetch(`${url}/livez`)).status, 200)
      })
    })

    it('stops a running sync within seconds when it is cancelled, and never begins a waiting one', async () => {
      await withPlace(await open(), SLOW, async (place) => {
        const { queue, fleet, store } = place
        const [running, waiting] = [newJob('teacher-0'), newJob('teacher-0')]
        for (const job of [running, waiting]) await queue.add(job)
        fleet.start()
        await until(() => isRunning(place, running))
        assert.equal(await cancelJob(waiting.id, queue, store.queue, Date.now()), 'cancelled')
        assert.equal(await cancelJob(running.id, queue, store.queue, Date.now()), 'stopping')
        await ended(place, running)
        assert.deepEqual(await place.statuses(running), ['cancelled'])
        assert.equal((await queue.find(running.id))?.result?.status, 'cancelled')
        assert.deepEqual(await place.statuses(waiting), [])
        assert.equal(await cancelJob(running.id, queue, store.queue, Date.now()), 'ended_before')
        assert.equal(await cancelJob(newJob('x').id, queue, store.queue, Date.now()), 'unknown')
      })
    })

    it('ends a sync without a token as failed and does not try it again', async () => {
      await withPlace(await open(), {}, async (place) => {
        const { queue, fleet } = place
        const [missing, wrong] = [newJob('teacher-0'), newJob('teacher-1')]
        rmSync(join(place.directory, 'teacher-0.token'))
        writeFileSync(join(place.directory, 'teacher-1.token'), '7~wrong')
        for (const job of [missing, wrong]) await queue.add(job)
        await fleet.start('--until-empty').gone
        assert.deepEqual(await place.statuses(missing), ['failed'])
        assert.deepEqual(await place.statuses(wrong), ['failed'])
        assert.equal((await place.rowOf(wrong))?.error_type, 'token_invalid')
        assert.equal((await queue.find(wrong.id))?.result?.status, 'failed')
      })
    })

    it('puts back a sync that failed because of Canvas, not before half a minute has passed', async () => {
      const down = { when: { path: '/api/v1/users/self' }, fault: { kind: 'canvas_500' } } as const
      await withPlace(await open(), { faults: [down] }, async (place) => {
        const { queue, fleet } = place
        const job = newJob('teacher-0')
        await queue.add(job)
        fleet.start()
        const waits = await until(async () => {
          const found = await queue.find(job.id)
          return found?.state === 'queued' && (await place.statuses(job))[0] === 'failed' ? found : null
        })
        const { sync_end_time } = (await place.rowOf(job)) ?? {}
        const delay_ms = waits.start_after - (sync_end_time ?? 0)
        assert.ok(delay_ms >= 20_000 && delay_ms <= 60_000, `${delay_ms} ms`)
      })
    })
  })
}

describe('a database that is away for a while', () => {
  it('lets a sync go on that ends when it is back', async () => {
    await using server = await PostgresServer.start()
    await withPlace(await server.createDatabase(), SLOW, async (place) => {
      const job = newJob('teacher-0')
      await place.queue.add(job)
      const worker = place.fleet.start()
      await until(() => isRunning(place, job))
      await server.shutDown()
      await until(() => worker.events.some(({ event }) => event === 'trouble'))
      await server.startAgain()
      await ended(place, job)
      assert.equal((await place.queue.find(job.id))?.result?.status, 'completed')
      const statuses = await place.statuses(job)
      assert.equal(statuses.at(-1), 'completed')
      assert.ok(!statuses.includes('in_progress'), statuses.join())
      worker.child.kill('SIGTERM')
      assert.deepEqual(await worker.gone, [143, null])
    })
  })
})
