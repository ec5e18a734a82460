import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/core/clock.ts'
import { EmbeddedQueue } from '../../src/queue/embedded-queue.ts'
import { HeldJobs } from '../../src/queue/held-jobs.ts'
import { momentOf } from '../../src/queue/lease.ts'
import { RunningJob } from '../../src/queue/running-job.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { JobClaim } from '../../src/store/queue.ts'
import type { Store } from '../../src/store/store.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob } from './queued-sync-factory.ts'

const directory = temporaryDirectory()
let places = 0
/** What is not renewed is waited for for ever. */
const ENDS = { timeout: 30_000 }

/** A queue whose renewals have no answer when it is told so, and which leaves no job to one hold for long when it is told so. */
class ChosenQueue extends EmbeddedQueue {
  silent = false
  kept_at = 0
  override longest_hold_ms: number | null = null

  override async keep(claims: readonly JobClaim[]): Promise<JobClaim[]> {
    if (this.silent) await new Promise(() => {})
    const kept = await super.keep(claims)
    this.kept_at = await this.now()
    return kept
  }
}

interface Place extends AsyncDisposable {
  readonly clock: FakeClock
  readonly store: Store
  readonly queue: ChosenQueue
  readonly held: HeldJobs
  take(): Promise<RunningJob>
}

async function place(lease_ms: number): Promise<Place> {
  const clock = new FakeClock()
  const store = await openStore(`sqlite:${join(directory, `held-${++places}.db`)}`)
  const queue = new ChosenQueue(store.queue, clock, lease_ms)
  // Nobody cancels: a renewal has ended when the queue has answered it.
  const wishes = { listCancelled: () => Promise.resolve([]) }
  const held = new HeldJobs({ queue, store: wishes, clock, onEnd: () => {} })
  const end = held.keep()
  return {
    clock,
    store,
    queue,
    held,
    take: () => taken(queue, clock, lease_ms),
    async [Symbol.asyncDispose]() {
      const ended = end()
      if (!queue.silent) await ended
      await store.close()
    },
  }
}

async function taken(queue: ChosenQueue, clock: Clock, lease_ms: number): Promise<RunningJob> {
  const asked = momentOf(clock)
  const job = await queue.take(['science'])
  assert.ok(job)
  return new RunningJob(job, clock, lease_ms, asked)
}

/** The renewal that the clock has just begun has its answer. */
async function renewed({ clock, queue }: Place): Promise<void> {
  while (queue.kept_at !== clock.now()) await nextTurn()
  await nextTurn()
}

/** A sync that ends when the test says so. */
function work(): { readonly begun: boolean; readonly run: () => Promise<void>; end(): void } {
  const ended = Promise.withResolvers<void>()
  const state = { begun: false, run: () => ((state.begun = true), ended.promise), end: ended.resolve }
  return state
}

test('what is held is stopped in time although its renewal has no answer', async () => {
  await using opened = await place(30_000)
  const { clock, queue, held } = opened
  await queue.add(newJob('science'))
  const running = await opened.take()
  held.begin(running, work().run)
  queue.silent = true
  clock.advance(22_400)
  assert.equal(running.signal.aborted, false)
  clock.advance(1000)
  assert.equal(running.signal.aborted, true)
  assert.equal(running.stop_reason, 'lease_lost')
})

test(
  'the next hold of a source waits for the end of the last one here, and is renewed meanwhile and afterwards',
  ENDS,
  async () => {
    await using opened = await place(30_000)
    const { clock, queue, held, store } = opened
    await queue.add(newJob('science'))
    const [first, second] = [work(), work()]
    const one = await opened.take()
    held.begin(one, first.run)
    await nextTurn()
    await store.queue.returnJob(one.claim, 0)
    const two = await opened.take()
    held.begin(two, second.run)
    await nextTurn()
    assert.equal(one.stop_reason, 'lease_lost')
    assert.deepEqual([first.begun, second.begun, held.size], [true, false, 2])
    first.end()
    await nextTurn()
    assert.deepEqual([second.begun, held.size], [true, 1])
    for (let passed_ms = 0; passed_ms < 60_000; passed_ms += 2000) {
      clock.advance(2000)
      await renewed(opened)
    }
    assert.equal(two.stop_reason, null)
    second.end()
    await nextTurn()
    assert.equal(held.size, 0)
  },
)

test('a sync that the queue would soon take away is handed back', ENDS, async () => {
  await using opened = await place(30_000)
  const { clock, queue, held } = opened
  queue.longest_hold_ms = 10_000
  await queue.add(newJob('science'))
  const running = await opened.take()
  held.begin(running, work().run)
  while (running.stop_reason === null && clock.monotonic() < 20_000) {
    clock.advance(2000)
    await renewed(opened)
  }
  assert.equal(clock.monotonic(), 10_000)
  assert.equal(running.stop_reason, 'hand_back')
})
