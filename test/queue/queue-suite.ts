import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { QueueJobResult } from '../../src/core/queued-sync.ts'
import type { SyncQueue } from '../../src/queue/sync-queue.ts'
import type { TakenJob } from '../../src/store/queue.ts'
import { newJob, queuedSync } from './queued-sync-factory.ts'

const DONE: QueueJobResult = { status: 'completed', error_type: null, sync_id: 7 }

export interface OpenedQueue {
  readonly queue: SyncQueue
  /** As if nothing had been heard of whoever holds jobs for longer than the lease. */
  silence(): Promise<void>
  /** Makes the moment come at which a job may run. */
  letTimePass(duration_ms: number): Promise<void>
  close(): Promise<void>
}

/** The contract of a queue: whatever passes this may stand behind workers. */
export function exerciseQueue(name: string, open: () => Promise<OpenedQueue>): void {
  describe(name, () => {
    let opened: OpenedQueue
    let queue: SyncQueue
    before(async () => {
      opened = await open()
      queue = opened.queue
    })
    after(async () => {
      await opened.close()
    })

    const taken = async (...sources: string[]): Promise<TakenJob> => {
      const job = await queue.take(sources)
      assert.ok(job, `nothing to take of ${sources.join(', ')}`)
      return job
    }

    it('gives what was put in, and ends it with its result', async () => {
      const sync = queuedSync('whole', { courses: ['1', '2'], user_id: '42', full: true, task_id: 'mine' })
      const job = newJob('whole', { sync, priority: 3 })
      assert.equal(await queue.add(job), true)
      const held = await taken('whole')
      assert.equal(held.job_id, job.id)
      assert.deepEqual(held.job.sync, sync)
      assert.equal(held.job.priority, 3)
      assert.equal((await queue.find(job.id))?.state, 'running')
      assert.equal(await queue.end(held, DONE), true)
      const ended = await queue.find(job.id)
      assert.deepEqual([ended?.state, ended?.result], ['ended', DONE])
      assert.ok((ended?.ended_at ?? 0) >= (ended?.taken_at ?? Infinity))
      assert.equal(await queue.take(['whole']), null)
    })

    it('has one job of an id', async () => {
      const job = newJob('once')
      assert.deepEqual([await queue.add(job), await queue.add(job)], [true, false])
      await queue.end(await taken('once'), DONE)
      assert.equal(await queue.add(job), false)
      assert.equal(await queue.take(['once']), null)
    })

    it('gives the highest priority first, and of the same the oldest', async () => {
      const order = [
        newJob('first-a', { priority: 0 }),
        newJob('first-b', { priority: 5 }),
        newJob('first-c', { priority: 5 }),
        newJob('first-d', { priority: -5 }),
      ]
      for (const job of order) {
        await queue.add(job)
        await delay(2)
      }
      const names = ['first-a', 'first-b', 'first-c', 'first-d']
      const given: string[] = []
      for (const _ of names) given.push((await taken(...names)).job.sync.source)
      assert.deepEqual(given, ['first-b', 'first-c', 'first-a', 'first-d'])
    })

    it('gives one job of a source at a time, and others meanwhile', async () => {
      const [one, two] = [newJob('busy', { priority: 9 }), newJob('busy', { priority: 9 })]
      await queue.add(one)
      await delay(2)
      await queue.add(two)
      await queue.add(newJob('free'))
      const held = await taken('busy', 'free')
      assert.equal(held.job_id, one.id)
      assert.equal((await taken('busy', 'free')).job.sync.source, 'free')
      assert.equal(await queue.take(['busy', 'free']), null)
      await queue.end(held, DONE)
      assert.equal((await taken('busy', 'free')).job_id, two.id)
    })

    it('gives a job to one of many who ask at once', async () => {
      for (const source of ['many-1', 'many-2', 'many-1']) await queue.add(newJob(source))
      const asked = Array.from({ length: 12 }, () => queue.take(['many-1', 'many-2']))
      const sources = (await Promise.all(asked)).flatMap((job) => (job === null ? [] : [job.job.sync.source]))
      // Some queues answer with nothing when two ask for the same at the same moment: the next look finds it.
      for (let again = await queue.take(['many-1', 'many-2']); again !== null;) {
        sources.push(again.job.sync.source)
        again = await queue.take(['many-1', 'many-2'])
      }
      assert.deepEqual(sources.sort(), ['many-1', 'many-2'])
    })

    it('leaves the jobs of other sources alone', async () => {
      const job = newJob('foreign', { priority: 100 })
      await queue.add(job)
      assert.equal(await queue.take(['mine']), null)
      assert.equal(await queue.take([]), null)
      await queue.add(newJob('mine'))
      assert.equal((await taken('mine')).job.sync.source, 'mine')
      assert.equal((await taken('foreign')).job_id, job.id)
    })

    it('gives no job before its time', async () => {
      const job = newJob('later', { start_after: Date.now() + 3_600_000 })
      await queue.add(job)
      assert.equal(await queue.take(['later']), null)
      const found = await queue.find(job.id)
      assert.equal(found?.state, 'queued')
      assert.ok(Math.abs((found?.start_after ?? 0) - job.start_after) < 10)
    })

    it('takes back a job at once, or after a while, and gives it with a higher token', async () => {
      await queue.add(newJob('back'))
      const first = await taken('back')
      assert.equal(await queue.giveBack(first, 0), true)
      const second = await taken('back')
      assert.equal(second.job_id, first.job_id)
      assert.ok(second.token > first.token)
      assert.equal(await queue.giveBack(second, 1000), true)
      assert.equal(await queue.take(['back']), null)
      await opened.letTimePass(1000)
      assert.ok((await taken('back')).token > second.token)
    })

    it('says of one that was kept back that it waits since it may run', async () => {
      const waiting = async (): Promise<number | null | undefined> =>
        (await queue.depths()).find(({ source }) => source === 'waits')?.oldest_waiting_at
      const job = newJob('waits')
      await queue.add(job)
      await delay(20)
      await queue.giveBack(await taken('waits'), 1000)
      assert.equal(await waiting(), null)
      await opened.letTimePass(1000)
      const created_at = (await queue.find(job.id))?.created_at ?? 0
      assert.ok(((await waiting()) ?? 0) >= created_at + 19)
      await queue.end(await taken('waits'), DONE)
    })

    it('renews what is held and says what is not any more', async () => {
      for (const source of ['kept-1', 'kept-2']) await queue.add(newJob(source))
      const [one, two] = [await taken('kept-1'), await taken('kept-2')]
      assert.equal((await queue.keep([one, two])).length, 2)
      await queue.end(one, DONE)
      assert.deepEqual(
        (await queue.keep([one, two])).map(({ job_id }) => job_id),
        [two.job_id],
      )
      assert.deepEqual(await queue.keep([{ ...two, token: two.token + 1 }]), [])
      assert.deepEqual(await queue.keep([]), [])
    })

    it('gives the job of a silent worker to another, and lets the first change nothing', async () => {
      const job = newJob('silent')
      await queue.add(job)
      const lost = await taken('silent')
      await opened.silence()
      const held = await taken('silent')
      assert.equal(held.job_id, job.id)
      assert.ok(held.token > lost.token)
      assert.deepEqual(await queue.keep([lost]), [])
      assert.equal(await queue.end(lost, DONE), false)
      assert.equal(await queue.giveBack(lost, 0), false)
      assert.equal((await queue.find(job.id))?.state, 'running')
      assert.equal(await queue.end(held, { ...DONE, status: 'partial' }), true)
      assert.equal((await queue.find(job.id))?.result?.status, 'partial')
      assert.equal(await queue.end(held, DONE), false)
    })

    it('cancels one that waits', async () => {
      const job = newJob('cancelled')
      await queue.add(job)
      assert.equal(await queue.cancelWaiting(job.id), true)
      const found = await queue.find(job.id)
      assert.deepEqual([found?.state, found?.result?.status], ['ended', 'cancelled'])
      assert.equal(await queue.take(['cancelled']), null)
      assert.equal(await queue.cancelWaiting(job.id), false)
      assert.equal(await queue.cancelWaiting('no such id'), false)
      assert.equal(await queue.find('no such id'), null)
    })

    it('lists those that run, those that wait in their order, and those that ended', async () => {
      const jobs = [newJob('listed'), newJob('listed', { priority: 1 }), newJob('listed')]
      for (const job of jobs) {
        await queue.add(job)
        await delay(2)
      }
      await queue.end(await taken('listed'), DONE)
      const running = await taken('listed')
      const listed = await queue.list({ source: 'listed', limit: 10 })
      assert.deepEqual(
        listed.map(({ id, state }) => [id, state]),
        [
          [running.job_id, 'running'],
          [jobs[2]?.id, 'queued'],
          [jobs[1]?.id, 'ended'],
        ],
      )
      assert.deepEqual(
        (await queue.list({ source: 'listed', state: 'queued', limit: 10 })).map(({ id }) => id),
        [jobs[2]?.id],
      )
      assert.equal((await queue.list({ limit: 2 })).length, 2)
      const depth = (await queue.depths()).find(({ source }) => source === 'listed')
      assert.deepEqual([depth?.queued, depth?.running], [1, 1])
      assert.ok(Math.abs((depth?.oldest_waiting_at ?? 0) - (listed[1]?.created_at ?? 1)) <= 1)
    })
  })
}
