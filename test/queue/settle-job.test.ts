import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import type { AfterAttempt, QueueJobResult } from '../../src/core/queued-sync.ts'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { cancelJob } from '../../src/queue/cancel-job.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { momentOf } from '../../src/queue/lease.ts'
import { runJob } from '../../src/queue/run-job.ts'
import { RunningJob } from '../../src/queue/running-job.ts'
import { settleJob, type JobOutcome } from '../../src/queue/settle-job.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { AttemptState } from '../../src/store/queue.ts'
import type { Store } from '../../src/store/store.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob, queuedSync } from './queued-sync-factory.ts'

const DONE: QueueJobResult = { status: 'completed', error_type: null, sync_id: 7 }

/** Does what it should, and its next answer is lost on the way. */
class ForgetfulQueue extends EmbeddedQueue {
  lose_answer = false
  onGiveBack: () => Promise<void> = async () => {}

  override async end(...given: Parameters<EmbeddedQueue['end']>): Promise<boolean> {
    const ended = await super.end(...given)
    if (!this.lose_answer) return ended
    this.lose_answer = false
    throw new Error('the connection broke')
  }

  override async giveBack(...given: Parameters<EmbeddedQueue['giveBack']>): Promise<boolean> {
    const back = await super.giveBack(...given)
    await this.onGiveBack()
    return back
  }
}

describe('a job at the end of an attempt', () => {
  const directory = temporaryDirectory()
  let store: Store
  let monitor: Monitor
  let queue: ForgetfulQueue
  before(async () => {
    store = await openStore(`sqlite:${join(directory, 'settle.db')}`)
    monitor = await createMonitor({ store, logs: new MemoryLogWriter({ clock: systemClock }) })
    queue = new ForgetfulQueue(store.queue, systemClock, 30_000)
  })
  after(async () => {
    await monitor.close()
    await store.close()
  })

  /** One that was taken, and its first attempt has begun. */
  async function begun(source: string): Promise<RunningJob> {
    await queue.add(newJob(source))
    const running = await take(source)
    await begin(running)
    return running
  }

  async function take(source: string): Promise<RunningJob> {
    const taken = await queue.take([source])
    assert.ok(taken)
    return new RunningJob(taken, systemClock, 30_000, momentOf(systemClock))
  }

  async function begin({ claim, taken }: RunningJob): Promise<number> {
    const { source } = taken.job.sync
    const who = { worker_id: 'here', host: 'here', pid: 7, process_started: 'space 1 boot' }
    const attempt = { ...claim, ...who, source, task_id: claim.job_id, now: Date.now() }
    return (await store.queue.beginAttempt(attempt))?.counted ?? Number.NaN
  }

  const settle = (running: RunningJob, after: AfterAttempt): Promise<JobOutcome> => {
    const around = { queue, monitor, clock: { ...systemClock, sleep: () => Promise.resolve() } }
    return settleJob({ running, attempt: 1, after, result: DONE }, around)
  }

  const states = async ({ claim }: RunningJob): Promise<AttemptState[]> =>
    (await store.queue.listAttempts(claim.job_id)).map(({ state }) => state)

  it('does not count one that was handed back, however quickly another worker takes it', async () => {
    const running = await begun('quick')
    let counted = Number.NaN
    queue.onGiveBack = async () => {
      counted = await begin(await take('quick'))
    }
    assert.deepEqual(await settle(running, { next: 'hand_back' }), { became: 'handed_back' })
    queue.onGiveBack = async () => {}
    assert.equal(counted, 0)
    assert.deepEqual(await states(running), ['handed_back', 'running'])
  })

  it('has ended when the queue has heard it, also where its answer was lost', async () => {
    const running = await begun('answer')
    queue.lose_answer = true
    assert.deepEqual(await settle(running, { next: 'end' }), { became: 'ended', status: 'completed' })
    assert.deepEqual(await states(running), ['ended'])
    assert.deepEqual((await queue.find(running.claim.job_id))?.result, DONE)
  })

  it('has ended as cancelled where that was done while it began', async () => {
    const running = await begun('cancelled')
    await store.queue.returnJob(running.claim, 0)
    assert.equal(await cancelJob(running.claim.job_id, queue, store.queue, Date.now()), 'cancelled')
    assert.deepEqual(await settle(running, { next: 'end' }), { became: 'ended', status: 'cancelled' })
    assert.deepEqual(await states(running), ['ended'])
  })

  it('is others when they have taken it, also when they have ended it', async () => {
    const running = await begun('others')
    await store.queue.returnJob(running.claim, 0)
    const other = await take('others')
    await begin(other)
    assert.deepEqual(await settle(running, { next: 'end' }), { became: 'lost_hold' })
    await queue.end(other.claim, DONE)
    assert.deepEqual(await settle(running, { next: 'end' }), { became: 'lost_hold' })
    assert.deepEqual(await states(running), ['abandoned', 'running'])
  })

  it('is cancelled at once while it waits to be tried again, though its attempt is not called ended yet', async () => {
    const running = await begun('again')
    await queue.giveBack(running.claim, 3_600_000)
    assert.equal(await cancelJob(running.claim.job_id, queue, store.queue, Date.now()), 'cancelled')
    assert.equal((await queue.find(running.claim.job_id))?.result?.status, 'cancelled')
  })

  it('ends with the row of its last attempt when none is left', async () => {
    const attempted = async (source: string, end: (id: number) => Promise<unknown>): Promise<unknown> => {
      const job = newJob(source, { sync: queuedSync(source, { most_attempts: 1 }) })
      await queue.add(job)
      const first = await take(source)
      await begin(first)
      const id = await store.syncs.startSync(syncStart(job.id))
      await end(id)
      await store.queue.endAttempt(job.id, 1, 'ended', Date.now())
      await store.queue.returnJob(first.claim, 0)
      const random = (): number => 0
      const around = { queue, monitor, sources: new Map(), worker_id: 'there', clock: systemClock, random }
      await runJob(await take(source), around)
      const { status, sync_id } = (await queue.find(job.id))?.result ?? {}
      return [status, sync_id === id]
    }
    const failed = syncFinish({ status: 'failed', error_type: 'timeout', error_message: 'No answer.' })
    assert.deepEqual(await attempted('failed', (id) => store.syncs.finishSync(id, failed)), ['failed', true])
    const lost = (id: number): Promise<unknown> => store.syncs.markLost([id], 'silent', Date.now())
    assert.deepEqual(await attempted('lost', lost), ['lost', true])
  })
})
