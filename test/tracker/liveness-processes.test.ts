import assert from 'node:assert/strict'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { after, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { systemClock, type Clock } from '../../src/core/clock.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { PATIENCE } from '../support/patience.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** With LONG_TESTS=1 the times are those of the promise; otherwise everything is this much faster. */
const LONG = process.env['LONG_TESTS'] === '1'
const FASTER = LONG ? 1 : 6
const HEARTBEAT_MS = 10_000 / FASTER
/** Thirty seconds and a look; machines that run many tests at once are late when everything is faster. */
const IN_TIME_MS = LONG ? 32_500 : 120_000
const KILLS = LONG ? 20 : 5
const PROGRAM = fileURLToPath(new URL('support/liveness-process.ts', import.meta.url))
const JUMPING = fileURLToPath(new URL('support/jumping-clock.ts', import.meta.url))

const directory = temporaryDirectory()
let files = 0

/** A clock on which time passes faster, so that 30 seconds of silence are one and a bit. */
const fastClock: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * FASTER,
  every: (interval_ms, tick) => systemClock.every(interval_ms / FASTER, tick),
}

class Job {
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  ids: number[] = []

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  static async start(
    database: string,
    options: { count?: number; host?: string; jumping?: boolean } = {},
  ): Promise<Job> {
    const { count = 1, host, jumping = false } = options
    const args = [PROGRAM, database, join(directory, 'logs'), String(count), String(HEARTBEAT_MS)]
    const flags = jumping ? ['--import', JUMPING] : []
    const child = spawn(process.execPath, [...flags, ...args, ...(host === undefined ? [] : [host])], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    after(() => child.kill('SIGKILL'))
    const job = new Job(child)
    job.ids = (await job.said()).replace('started ', '').split(',').map(Number)
    return job
  }

  async said(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error('the job ended')
    return value
  }

  tell(line: string): void {
    this.child.stdin.write(`${line}\n`)
  }
}

interface World {
  readonly database: string
  readonly store: Store
  readonly logs: MemoryLogWriter
  readonly monitor: Monitor
  readonly statuses: (ids: readonly number[]) => Promise<string[]>
}

/** A watching server. */
async function watched(t: TestContext, clock: Clock, engine: Engine = 'SQLite'): Promise<World> {
  const database = await DATABASES[engine]()
  const store = await openStore(database)
  const logs = new MemoryLogWriter({ clock: systemClock })
  const monitor = await createMonitor({ store, logs, clock })
  monitor.watchLostSyncs()
  t.after(async () => {
    await monitor.close()
    await store.close()
  })
  const statuses = (ids: readonly number[]): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await store.syncs.getSync(id))?.sync_status ?? 'none'))
  return { database, store, logs, monitor, statuses }
}

/** Waits until all are lost and answers how long that took. */
async function untilLost({ statuses }: World, ids: readonly number[], since: number): Promise<number> {
  for (;;) {
    if ((await statuses(ids)).every((status) => status === 'lost')) return performance.now() - since
    await systemClock.sleep(5)
  }
}

/** Waits until each of them has beaten. */
async function untilHeard({ store }: World, ids: readonly number[]): Promise<void> {
  for (;;) {
    const running = await store.syncs.listRunning(null, 100)
    const heard = running.filter(({ id, heartbeat_count }) => ids.includes(id) && heartbeat_count > 0)
    if (heard.length === ids.length) return
    await systemClock.sleep(20)
  }
}

const DATABASES = {
  SQLite: async () => `sqlite:${join(directory, `${++files}.db`)}`,
  PostgreSQL: async () => await (await startPostgres()).createDatabase(),
} as const
type Engine = keyof typeof DATABASES
const ENGINES = Object.keys(DATABASES) as Engine[]

const wait = (duration_ms: number): Promise<void> => systemClock.sleep(duration_ms / FASTER)

describe('syncs of real processes', { concurrency: LONG ? 4 : 3, timeout: 600_000 }, () => {
  it(`are lost within two seconds of kill -9 on the same host, ${KILLS} times`, async (t) => {
    const world = await watched(t, systemClock)
    const took: number[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const job = await Job.start(world.database, { count: 3 })
      // Not in step with the looks.
      await systemClock.sleep(Math.random() * 1000)
      const killed = performance.now()
      job.child.kill('SIGKILL')
      took.push(await untilLost(world, job.ids, killed))
    }
    const ordered = took.toSorted((a, b) => a - b)
    const [least = 0] = ordered
    const most = ordered.at(-1) ?? 0
    t.diagnostic(`from kill -9 to lost: ${Math.round(least)} to ${Math.round(most)} ms`)
    assert.ok(most < 2000 * PATIENCE, `${most} ms`)
    assert.equal(world.logs.events('errors').length, KILLS * 3)
  })

  for (const engine of ENGINES) {
    it(`are lost within 30 seconds and a look from another host, and live there while they beat, on ${engine}`, async (t) => {
      const world = await watched(t, fastClock, engine)
      const jobs = await Promise.all([
        Job.start(world.database, { host: 'elsewhere' }),
        Job.start(world.database, { host: 'elsewhere' }),
      ])
      const [killed, lives] = jobs
      await wait(35_000)
      assert.deepEqual(await world.statuses([...killed.ids, ...lives.ids]), ['in_progress', 'in_progress'])
      const since = performance.now()
      killed.child.kill('SIGKILL')
      const took_ms = (await untilLost(world, killed.ids, since)) * FASTER
      t.diagnostic(
        `from kill -9 to lost, seen from another host, on ${engine}: ${(took_ms / 1000).toFixed(1)} s`,
      )
      // Between two looks its last heartbeat may already be ten seconds old.
      assert.ok(took_ms > 19_000 && took_ms < IN_TIME_MS, `${took_ms} ms`)
      assert.deepEqual(await world.statuses(lives.ids), ['in_progress'])
      lives.child.kill('SIGKILL')
    })
  }

  it('are not lost while their process is stopped for 20 seconds, nor from another host', async (t) => {
    const world = await watched(t, fastClock)
    const here = await Job.start(world.database)
    const there = await Job.start(world.database, { host: 'elsewhere' })
    await wait(10_000)
    for (const { child } of [here, there]) child.kill('SIGSTOP')
    await wait(19_000)
    const stopped = await world.statuses([...here.ids, ...there.ids])
    for (const { child } of [here, there]) child.kill('SIGCONT')
    await wait(15_000)
    const after_it = await world.statuses([...here.ids, ...there.ids])
    assert.deepEqual([...stopped, ...after_it], Array<string>(4).fill('in_progress'))
    assert.equal(world.logs.events('errors').length, 0)
    here.tell('finish')
    await here.said()
    assert.deepEqual(await world.statuses(here.ids), ['completed'])
    there.child.kill('SIGKILL')
  })

  for (const engine of ENGINES) {
    it(`are not lost while their event loop is blocked for 45 seconds, nor from another host, on ${engine}`, async (t) => {
      const world = await watched(t, fastClock, engine)
      const here = await Job.start(world.database)
      const there = await Job.start(world.database, { host: 'elsewhere' })
      // Their threads must be up before their loops stand: everything but that is faster here.
      await untilHeard(world, [...here.ids, ...there.ids])
      for (const job of [here, there]) job.tell(`block ${45_000 / FASTER}`)
      await Promise.all([here.said(), there.said()])
      const told = await world.store.syncs.listRunning(null, 10)
      // The thread of the store says how long they run; the save of the counts is an hour away.
      for (const { running_ms } of told) assert.ok((running_ms ?? 0) > 30_000 / FASTER, String(running_ms))
      assert.deepEqual(await world.statuses([...here.ids, ...there.ids]), ['in_progress', 'in_progress'])
      assert.equal(world.logs.events('errors').length, 0)
      for (const job of [here, there]) job.tell('finish')
      await Promise.all([here.said(), there.said()])
      assert.deepEqual(await world.statuses([...here.ids, ...there.ids]), ['completed', 'completed'])
    })
  }

  it('are not lost by a clock that jumps by an hour every second, theirs or ours', async (t) => {
    let jumps = 0
    const world = await watched(t, {
      ...fastClock,
      now: () => systemClock.now() + ((jumps++ % 3) - 1) * 3_600_000,
    })
    const here = await Job.start(world.database, { jumping: true })
    const there = await Job.start(world.database, { jumping: true, host: 'elsewhere' })
    await wait(LONG ? 90_000 : 60_000)
    assert.deepEqual(await world.statuses([...here.ids, ...there.ids]), ['in_progress', 'in_progress'])
    const since = performance.now()
    for (const { child } of [here, there]) child.kill('SIGKILL')
    await untilLost(world, here.ids, since)
    const took_ms = (await untilLost(world, there.ids, since)) * FASTER
    t.diagnostic(
      `with jumping clocks, from kill -9 to lost at the other host: ${(took_ms / 1000).toFixed(1)} s`,
    )
    assert.ok(took_ms < IN_TIME_MS, `${took_ms} ms`)
    assert.equal(world.logs.events('errors').length, 2)
  })

  it('are repaired by a late finish, visibly', async (t) => {
    const world = await watched(t, systemClock)
    const job = await Job.start(world.database)
    const [id = 0] = job.ids
    assert.deepEqual(await world.store.syncs.markLost([id], 'No heartbeat.', Date.now()), [id])
    // It may be gone before anybody asks.
    const exited = once(job.child, 'exit')
    job.tell('finish')
    await job.said()
    const row = await world.store.syncs.getSync(id)
    assert.deepEqual([row?.sync_status, row?.repaired_from], ['completed', 'lost'])
    const changes = await world.store.syncs.listStatusChanges(id)
    assert.partialDeepStrictEqual(changes.at(-1), {
      old_status: 'lost',
      new_status: 'completed',
      reason: 'late_finish',
    })
    await exited
  })
})
