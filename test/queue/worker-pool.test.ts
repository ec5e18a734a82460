import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openQueue } from '../../src/queue/open-queue.ts'
import type { SyncQueue } from '../../src/queue/sync-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob } from './queued-sync-factory.ts'
import { Fleet, startCanvas, type WorkerProcess } from './support/fleet.ts'
import { overlaps, SeenCalls } from './support/seen-calls.ts'

const LONG = process.env['LONG_TESTS'] === '1'
const { WORKERS, SOURCES, JOBS, KILLS } = { WORKERS: 8, SOURCES: 40, JOBS: 500, KILLS: 40 }
const FINAL = new Set(['completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out'])
const directory = temporaryDirectory()
const skip = process.platform === 'linux' ? false : 'the other end of a connection is looked up in /proc'

test(
  `${WORKERS} workers, ${JOBS} queued syncs, ${KILLS} kills: each ends once, and none runs beside another of its source`,
  { skip, timeout: 900_000 },
  async (context) => {
    const seed = LONG ? Date.now() % 100_000 : 7
    context.diagnostic(`seed ${seed}`)
    const random = seededRandom(seed)
    const database = await (await startPostgres()).createDatabase()
    const { simulator, tokens } = await startCanvas(SOURCES, { latency_ms: 60 })
    await using _canvas = simulator
    using seen = new SeenCalls()
    await using store = await openStore(database)
    await using queue = await openQueue(database, store, { lease_ms: 10_000 })
    // Several of a source behind each other, so that workers would take them at once if they could.
    const sourceOf = (index: number): string => `teacher-${Math.floor(index / 3) % SOURCES}`
    const jobs = Array.from({ length: JOBS }, (_, index) => newJob(sourceOf(index)))
    for (const job of jobs) await queue.add(job)
    await using fleet = new Fleet({
      directory: join(directory, 'fleet'),
      database,
      base_url: simulator.base_url,
      tokens,
      onStart: (pid) => seen.pids.add(pid),
    })
    const started_ms = performance.now()
    for (let number = 0; number < WORKERS; number++) fleet.start('--concurrency', '2')

    const killed_in_work = await killSome(fleet, queue, random)
    await untilEmpty(queue)
    const took_s = (performance.now() - started_ms) / 1000
    context.diagnostic(
      `${took_s.toFixed(1)} s, ${seen.calls.length} calls, ${killed_in_work} killed while they held a sync`,
    )
    for (const { child } of fleet.living) child.kill('SIGTERM')
    await Promise.all(fleet.workers.map(({ gone }) => gone))

    assert.deepEqual(
      overlaps(seen.calls, (pid) => fleet.diedAt(pid)),
      [],
    )
    assert.ok(killed_in_work >= KILLS / 2, `${killed_in_work} of ${KILLS} kills met a worker at work`)
    const attempts = await assertEndedOnce(
      store,
      queue,
      jobs.map(({ id }) => id),
    )
    context.diagnostic(`${attempts.rows} rows, ${attempts.lost} of them lost`)
    assert.ok(attempts.lost > 0)
    const unknown = seen.calls.filter(({ pid }) => pid === 0).length
    assert.ok(unknown < seen.calls.length / 20, `${unknown} of ${seen.calls.length} calls are nobody's`)
  },
)

/** Kills workers at random moments, most of them in the middle of a sync, and starts others in their place. */
async function killSome(fleet: Fleet, queue: SyncQueue, random: () => number): Promise<number> {
  let in_work = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const wanted = (JOBS * (kill + 0.5)) / (KILLS + 1)
    while (endedOf(fleet) < wanted && (await leftOf(queue)) > WORKERS) await delay(20)
    await delay(random() * 300)
    const { living } = fleet
    const busy = living.filter(({ holds }) => holds.size > 0)
    const among = busy.length > 0 && random() < 0.9 ? busy : living
    const victim = among[Math.floor(random() * among.length)] as WorkerProcess
    if (victim.holds.size > 0) in_work++
    await fleet.kill(victim)
    fleet.start('--concurrency', '2')
  }
  return in_work
}

const endedOf = (fleet: Fleet): number =>
  fleet.workers.reduce((sum, { events }) => sum + events.filter(({ event }) => event === 'ended').length, 0)

async function leftOf(queue: SyncQueue): Promise<number> {
  return (await queue.depths()).reduce((sum, { queued, running }) => sum + queued + running, 0)
}

async function untilEmpty(queue: SyncQueue): Promise<void> {
  while ((await leftOf(queue)) > 0) await delay(100)
}

/** Each job ended with a result; each of its rows went once from running to a final status, and one of them is the result. */
async function assertEndedOnce(
  store: Store,
  queue: SyncQueue,
  job_ids: readonly string[],
): Promise<{ rows: number; lost: number }> {
  let [rows, lost] = [0, 0]
  for (const id of job_ids) {
    const job = await queue.find(id)
    assert.equal(job?.state, 'ended', id)
    assert.ok(FINAL.has(job?.result?.status ?? ''), `${id}: ${job?.result?.status}`)
    const completed: number[] = []
    for (const { sync_task_id, attempt } of await store.queue.listAttempts(id)) {
      const row = await store.syncs.getSyncByTaskId(sync_task_id)
      if (row === null) continue
      rows++
      if (row.sync_status === 'lost') lost++
      const changes = await store.syncs.listStatusChanges(row.id)
      const told = `attempt ${attempt} of ${id}: ${changes.map(({ new_status }) => new_status).join(', ')}`
      assert.deepEqual(
        changes.map(({ old_status }) => old_status),
        [null, 'in_progress'],
        told,
      )
      assert.ok(FINAL.has(row.sync_status), told)
      if (row.sync_status === 'completed') completed.push(row.id)
    }
    assert.equal(job?.result?.status, 'completed', id)
    assert.deepEqual(completed, [job?.result?.sync_id], id)
  }
  return { rows, lost }
}
