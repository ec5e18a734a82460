import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AttemptBegin, QueueSchedule, QueueWorkerRow } from '../../src/store/queue.ts'
import { queuedSync } from '../queue/queued-sync-factory.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const NOW = 1_795_000_000_000

const begin = (job_id: string, token: number, over: Partial<AttemptBegin> = {}): AttemptBegin => ({
  job_id,
  token,
  source: 'science',
  task_id: job_id,
  worker_id: `worker-${token}`,
  host: 'here',
  pid: 7,
  process_started: 'space 1 boot',
  now: NOW,
  ...over,
})

/** Attempts, wishes, workers and schedules of the worker pool; its jobs are exercised by `test/queue/queue-suite.ts`. */
export function exerciseQueueStore(open: OpenStore): void {
  describe('the worker pool', () => {
    const opened = sharedStore(open)

    it('counts attempts, and gives each a task id of its own', async () => {
      const { queue } = opened().store
      const first = await queue.beginAttempt(begin('counted', 1))
      assert.deepEqual(first && plain(first), {
        attempt: 1,
        sync_task_id: 'counted',
        counted: 0,
        cancel_requested: false,
        abandoned: [],
      })
      await queue.endAttempt('counted', 1, 'handed_back', NOW + 1)
      const second = await queue.beginAttempt(begin('counted', 2))
      assert.deepEqual([second?.attempt, second?.sync_task_id, second?.counted], [2, 'counted.2', 0])
      await queue.endAttempt('counted', 2, 'ended', NOW + 2)
      assert.equal((await queue.beginAttempt(begin('counted', 3)))?.counted, 1)
      assert.deepEqual(
        (await queue.listAttempts('counted')).map(({ state }) => state),
        ['handed_back', 'ended', 'running'],
      )
    })

    it('gives an attempt a task id of its own where another sync has the wanted one', async () => {
      const { queue, syncs } = opened().store
      const taskOf = async (job_id: string, token: number, task_id: string): Promise<string | undefined> =>
        (await queue.beginAttempt(begin(job_id, token, { task_id })))?.sync_task_id
      assert.equal(await taskOf('own-1', 1, 'wanted'), 'wanted')
      await queue.endAttempt('own-1', 1, 'ended', NOW)
      assert.equal(await taskOf('own-2', 1, 'wanted'), 'wanted#own-2')
      assert.equal(await taskOf('own-1', 2, 'wanted'), 'wanted.2')
      assert.equal(await taskOf('own-3', 1, 'wanted.2'), 'wanted.2#own-3')
      assert.equal(await taskOf('own-2', 2, 'wanted'), 'wanted#own-2.2')
      await syncs.startSync(syncStart('of another program'))
      assert.equal(await taskOf('own-4', 1, 'of another program'), 'of another program#own-4')
      assert.equal(await taskOf('own-5', 1, 'of another program#own-4'), 'of another program#own-4#own-5')
      const long = 'x'.repeat(255)
      assert.equal(await taskOf('own-6', 1, long), long)
      const cut = (await taskOf('own-7', 1, long)) ?? ''
      assert.deepEqual([cut.length, cut.slice(-8)], [255, 'xx#own-7'])
    })

    it('abandons an attempt that nobody ended, and refuses one that comes with an older token', async () => {
      const { queue } = opened().store
      await queue.beginAttempt(begin('late', 5))
      assert.equal(await queue.beginAttempt(begin('late', 5)), null)
      const taken_over = await queue.beginAttempt(begin('late', 6))
      assert.deepEqual([taken_over?.abandoned, taken_over?.counted], [['late'], 1])
      assert.equal(await queue.beginAttempt(begin('late', 4)), null)
      await queue.endAttempt('late', 1, 'ended', NOW)
      assert.deepEqual(
        (await queue.listAttempts('late')).map(({ state }) => state),
        ['abandoned', 'running'],
      )
      const running = await queue.listRunningAttempts(100)
      assert.ok(running.some(({ job_id, attempt }) => job_id === 'late' && attempt === 2))
      assert.ok(!running.some(({ job_id, attempt }) => job_id === 'late' && attempt === 1))
    })

    it('lets one of many who begin at once begin', async () => {
      const { queue } = opened().store
      const all = await Promise.all(Array.from({ length: 6 }, () => queue.beginAttempt(begin('race', 1))))
      assert.equal(all.filter((begun) => begun !== null).length, 1)
    })

    it('tells who cancels whether an attempt runs, and tells the attempt', async () => {
      const { queue } = opened().store
      assert.equal(await queue.requestCancel('wished', NOW), false)
      assert.equal((await queue.beginAttempt(begin('wished', 1)))?.cancel_requested, true)
      assert.equal(await queue.requestCancel('wished', NOW), true)
      assert.deepEqual(await queue.listCancelled(['wished', 'other']), ['wished'])
      assert.deepEqual(await queue.listCancelled([]), [])
    })

    it('leaves a sync lost when another attempt has followed, or its worker only says that it stopped', async () => {
      const { queue, syncs } = opened().store
      const lost: number[] = []
      for (const task of ['followed', 'stopped', 'finished']) {
        await queue.beginAttempt(begin(task, 1))
        lost.push(await syncs.startSync(syncStart(task)))
      }
      await syncs.markLost(lost, 'silent', START + 1)
      await queue.beginAttempt(begin('followed', 2))
      const [followed = 0, stopped = 0, finished = 0] = lost
      const completed = syncFinish({ status: 'completed', error_type: null, error_message: null })
      const cancelled = syncFinish({
        status: 'cancelled',
        error_type: 'cancelled',
        error_message: 'Stopped.',
      })
      assert.equal((await syncs.finishSync(followed, completed)).applied, false)
      assert.equal((await syncs.finishSync(stopped, cancelled)).applied, false)
      assert.equal((await syncs.finishSync(finished, completed)).repaired_from, 'lost')
      const statuses = await Promise.all(lost.map(async (id) => (await syncs.getSync(id))?.sync_status))
      assert.deepEqual(statuses, ['lost', 'lost', 'completed'])
    })

    it('knows the workers that told of themselves', async () => {
      const { queue } = opened().store
      const worker: QueueWorkerRow = {
        id: 'a',
        host: 'here',
        pid: 7,
        version: '1.0.0',
        sources: ['law', 'science'],
        concurrency: 2,
        running: 0,
        state: 'working',
        started_at: NOW,
        heartbeat_at: NOW,
      }
      await queue.saveWorker(worker)
      await queue.saveWorker({ ...worker, running: 2, state: 'draining', heartbeat_at: NOW + 5 })
      await queue.saveWorker({ ...worker, id: 'b', started_at: NOW - 1 })
      const listed = plain(await queue.listWorkers())
      assert.deepEqual(
        listed.map(({ id, running, state, heartbeat_at }) => [id, running, state, heartbeat_at - NOW]),
        [
          ['b', 0, 'working', 0],
          ['a', 2, 'draining', 5],
        ],
      )
      assert.deepEqual(listed[0]?.sources, ['law', 'science'])
      await queue.removeWorker('a')
      assert.equal((await queue.listWorkers()).length, 1)
    })

    it('lets one of many move a schedule on', async () => {
      const { queue } = opened().store
      const schedule: QueueSchedule = {
        slug: 'nightly',
        cron: '0 2 * * *',
        time_zone: 'UTC',
        sync: queuedSync('science'),
        priority: 1,
        created_at: NOW,
        next_at: NOW + 10,
        last_at: null,
        last_job_id: null,
      }
      assert.deepEqual(plain(await queue.saveSchedule(schedule)), schedule)
      await queue.saveSchedule({ ...schedule, priority: 3 })
      assert.deepEqual(plain(await queue.listSchedules()), [{ ...schedule, priority: 3 }])
      const to = { next_at: NOW + 20, last_at: NOW + 10, last_job_id: 'job' }
      const moved = await Promise.all([1, 2, 3].map(() => queue.advanceSchedule('nightly', NOW + 10, to)))
      assert.equal(moved.filter(Boolean).length, 1)
      assert.equal(plain(await queue.listSchedules())[0]?.next_at, NOW + 20)
      assert.deepEqual(
        [await queue.removeSchedule('nightly'), await queue.removeSchedule('nightly')],
        [true, false],
      )
    })

    it('leaves a schedule due that is given again as it is, and not one that is changed', async () => {
      const { queue } = opened().store
      const schedule: QueueSchedule = {
        slug: 'given-again',
        cron: '0 2 * * *',
        time_zone: 'UTC',
        sync: queuedSync('science'),
        priority: 1,
        created_at: NOW,
        next_at: NOW + 10,
        last_at: null,
        last_job_id: null,
      }
      await queue.saveSchedule(schedule)
      await queue.advanceSchedule('given-again', NOW + 10, {
        next_at: NOW + 20,
        last_at: NOW + 10,
        last_job_id: 'job',
      })
      const known = { next_at: NOW + 20, last_at: NOW + 10, last_job_id: 'job', created_at: NOW }
      const again = { ...schedule, sync: queuedSync('law'), created_at: NOW + 25, next_at: NOW + 30 }
      const kept = await queue.saveSchedule(again)
      assert.deepEqual(plain(kept), { ...again, ...known })
      assert.deepEqual(plain(await queue.listSchedules()), [kept])
      for (const change of [{ cron: '0 3 * * *' }, { time_zone: 'Europe/Zurich' }]) {
        await queue.saveSchedule({ ...schedule, ...known })
        const changed = { ...schedule, ...change, created_at: NOW + 25, next_at: NOW + 30 }
        assert.deepEqual(plain(await queue.saveSchedule(changed)), changed)
      }
      await queue.removeSchedule('given-again')
    })

    it('forgets what is old, and nothing that runs or waits', async () => {
      const { queue } = opened().store
      await queue.beginAttempt(begin('old', 1, { now: 1000 }))
      await queue.endAttempt('old', 1, 'ended', 1001)
      await queue.beginAttempt(begin('old and running', 1, { now: 1000 }))
      await queue.beginAttempt(begin('old and waiting', 1, { now: 1000 }))
      await queue.endAttempt('old and waiting', 1, 'ended', 1001)
      await queue.requestCancel('old', 1000)
      assert.ok((await queue.prune(2000, 100, ['old and waiting'])) >= 2)
      assert.deepEqual(await queue.listAttempts('old'), [])
      assert.equal((await queue.listAttempts('old and running')).length, 1)
      assert.deepEqual(await queue.listCancelled(['old']), [])
      assert.equal((await queue.listAttempts('old and waiting')).length, 1)
      assert.equal(await queue.prune(2000, 100, ['old and waiting']), 0)
    })
  })
}
