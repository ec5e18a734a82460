import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Queue, Worker, type Job } from 'bullmq'
import { bullmqJob } from '../../src/jobs/index.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { JobPlace, soon } from './support/job-place.ts'
import { NO_REDIS, startRedis } from './support/redis-server.ts'

interface Data {
  userId: number
}

const settled = (queue: Queue<Data>, job: Job<Data>): Promise<Job<Data>> =>
  soon(async () => {
    const known = await queue.getJob(job.id ?? '')
    return known?.finishedOn === undefined ? null : known
  })

suite('BullMQ', { skip: NO_REDIS }, () => {
  test('the example: a job that succeeds, one that fails and is tried again, one whose worker is killed', async () => {
    const socket = await startRedis()
    const place = await JobPlace.make()
    await using queue = new Closing(new Queue<Data>('courses', { connection: { path: socket } }))
    const environment = { REDIS_URL: `unix://${socket}`, LOCK_MS: '1000' }
    const first = place.run('bullmq.ts', environment)

    const good = await settled(queue.it, await queue.it.add('nightly', { userId: 42 }))
    assert.deepEqual([good.returnvalue, good.progress], [{ processed: 2, created: 0, updated: 2 }, 50])
    const [done] = await place.ended(1)
    assert.equal(done?.sync_task_id, `courses:${good.id}:${good.timestamp.toString(36)}`)
    assert.deepEqual(
      [done.sync_status, done.sync_type, done.user_id, done.trigger, done.courses_updated],
      ['completed', 'courses', '42', 'bullmq', 2],
    )

    place.canvas.mood = 'refuses'
    const bad = await settled(queue.it, await queue.it.add('nightly', { userId: 43 }, { attempts: 2 }))
    assert.match(bad.failedReason, /token/i, 'the error is that of the job')
    assert.equal(bad.attemptsMade, 2)
    const [, failed, failed_again] = await place.ended(3)
    assert.deepEqual([failed?.sync_status, failed_again?.sync_status], ['failed', 'failed'])
    assert.equal(failed_again?.sync_task_id, `${failed?.sync_task_id}#2`)
    assert.equal(failed_again?.sync_metadata?.['retry_of'], failed?.sync_task_id)
    assert.equal(failed_again?.sync_metadata?.['retry_after'], 'failed')

    place.canvas.mood = 'holds'
    const job = await queue.it.add('nightly', { userId: 44 })
    await place.canvas.held()
    first.kill('SIGKILL')
    await first.end
    place.canvas.mood = 'answers'
    const second = place.run('bullmq.ts', environment)
    await settled(queue.it, job)
    const [, , , lost, retried] = await place.ended(5)
    assert.deepEqual([lost?.sync_status, retried?.sync_status], ['lost', 'completed'])
    assert.equal(retried?.sync_task_id, `${lost?.sync_task_id}#2`)
    assert.equal(retried?.sync_metadata?.['retry_after'], 'lost')

    // Asked to end, it lets the job end that runs.
    place.canvas.mood = 'holds'
    await queue.it.add('nightly', { userId: 45 })
    await place.canvas.held()
    second.kill('SIGTERM')
    place.canvas.release()
    assert.equal(await second.end, 0)
    assert.equal((await place.ended(6))[5]?.sync_status, 'completed')
  })

  test('a job that is cancelled ends as cancelled, with the reason; one that is put back too', async () => {
    const connection = { path: await startRedis() }
    const place = await JobPlace.make()
    await using monitor = await createMonitor({ store: place.store, logDir: place.logs })
    await using queue = new Closing(new Queue<Data>('courses', { connection }))
    const begun = Promise.withResolvers<string>()
    const processor = bullmqJob(
      monitor,
      { syncType: (job: Job<Data>) => job.name },
      async (_sync, job, signal) => {
        if (job.name === 'later' && job.attemptsStarted === 1) {
          await job.moveToDelayed(Date.now(), job.token)
          throw Object.assign(new Error('later'), { name: 'DelayedError' })
        }
        if (job.name === 'later') return
        begun.resolve(job.id ?? '')
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('ends now')))
        })
      },
    )
    await using worker = new Closing(new Worker<Data>('courses', processor, { connection }))
    const cancelled = await queue.it.add('nightly', { userId: 42 })
    worker.it.cancelJob(await begun.promise, 'The term is over.')
    assert.equal((await settled(queue.it, cancelled)).failedReason, 'ends now')
    await settled(queue.it, await queue.it.add('later', { userId: 42 }))
    assert.deepEqual(
      (await place.ended(3)).map((row) => [row.sync_type, row.sync_status, row.error_message]),
      [
        ['nightly', 'cancelled', 'The job was cancelled: The term is over.'],
        ['later', 'cancelled', 'The job was put back: it runs again later.'],
        ['later', 'completed', null],
      ],
    )
  })
})

class Closing<T extends { close(): Promise<void> }> implements AsyncDisposable {
  readonly it: T

  constructor(it: T) {
    this.it = it
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.it.close()
  }
}
