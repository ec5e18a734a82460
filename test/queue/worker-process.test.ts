import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { cancelJob } from '../../src/queue/cancel-job.ts'
import { openQueue } from '../../src/queue/open-queue.ts'
import type { SyncQueue } from '../../src/queue/sync-queue.ts'
import type { SimulatorOptions } from '../../src/simulator/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { NewQueueJob } from '../../src/store/queue.ts'
import type { Store } from '../../src/store/store.ts'
import { PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { newJob } from './queued-sync-factory.ts'
import { Fleet, startCanvas } from './support/fleet.ts'
import { until } from './support/patient.ts'
import { overlaps, SeenCalls } from './support/seen-calls.ts'

const directory = temporaryDirectory()
const linux = process.platform === 'linux' ? false : 'the other end of a connection is looked up in /proc'
let places = 0

interface Place {
  readonly store: Store
  readonly queue: SyncQueue
  readonly fleet: Fleet
  readonly seen: SeenCalls
  readonly directory: string
  /** The statuses that the rows of a job had, attempt by attempt: `lost`, `completed`. */
  statuses(job: NewQueueJob): Promise<(string | undefined)[]>
  rowOf(job: NewQueueJob): Promise<SyncRow | null>
}

/** A Canvas with one source, a database with a queue, and workers. */
async function withPlace(
  database: string,
  options: SimulatorOptions,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const { simulator, tokens } = await startCanvas(2, options)
  await using _canvas = simulator
  using seen = new SeenCalls()
  await using store = await openStore(database)
  await using queue = await openQueue(database, store, { lease_ms: 10_000 })
  const place = join(directory, `place-${++places}`)
  await using fleet = new Fleet({
    directory: place,
    database,
    base_url: simulator.base_url,
    tokens,
    onStart: (pid) => seen.pids.add(pid),
  })
  const rowsOf = async ({ id }: NewQueueJob): Promise<(SyncRow | null)[]> => {
    const attempts = await store.queue.listAttempts(id)
    return await Promise.all(attempts.map(({ sync_task_id }) => store.syncs.getSyncByTaskId(sync_task_id)))
  }
  await work({
    store,
    queue,
    fleet,
    seen,
    directory: place,
    statuses: async (job) => (await rowsOf(job)).map((row) => row?.sync_status),
    rowOf: async (job) => (await rowsOf(job)).at(-1) ?? null,
  })
}

/** Long enough to be met in the middle. */
const SLOW: SimulatorOptions = { latency_ms: 700 }
const isRunning = async ({ rowOf }: Place, job: NewQueueJob): Promise<boolean> =>
  (await rowOf(job))?.sync_status === 'in_progress'
const ended = ({ queue }: Place, job: NewQueueJob): Promise<true> =>
  until(async () => (await queue.find(job.id))?.state === 'ended')

const DATABASES = {
  'PostgreSQL and pg-boss': async () => await (await startPostgres()).createDatabase(),
  'SQLite and the embedded queue': async () => `sqlite:${join(directory, `queue-${++places}.db`)}`,
}

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
