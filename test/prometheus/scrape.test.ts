import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { PrometheusMetrics, type PrometheusOptions } from '../../src/prometheus/prometheus-metrics.ts'
import { openQueue } from '../../src/queue/open-queue.ts'
import { readQueueStatus } from '../../src/queue/queue-status.ts'
import { openQueueDepths } from '../../src/server/queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Counters } from '../../src/store/counters.ts'
import type { Store } from '../../src/store/store.ts'
import { newJob } from '../queue/queued-sync-factory.ts'
import { History, step, USERS } from '../store/figure-history.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { histogramFaults, readExposition, type ReadExposition } from './support/read-exposition.ts'

const AUDIT = { actor_kind: 'cli', actor_id: 'x', target: null, user_id: null, route: null, address: null }

interface World {
  readonly store: Store
  readonly metrics: PrometheusMetrics
  readonly clock: FakeClock
  readonly logs: string
  readonly errors: unknown[]
}

async function openWorld(url: string): Promise<World> {
  const store = await openStore(url)
  after(() => store.close())
  const clock = new FakeClock({ start: new Date(START).toISOString() })
  const logs = temporaryDirectory()
  const errors: unknown[] = []
  const world = { store, clock, logs, errors }
  return { ...world, metrics: metricsOf(world) }
}

function metricsOf(
  { store, clock, logs, errors }: Omit<World, 'metrics'>,
  options: Partial<PrometheusOptions> = {},
): PrometheusMetrics {
  return new PrometheusMetrics({
    store,
    log_directory: logs,
    readQueue: () => Promise.resolve({ sources: [], workers: [] }),
    clock,
    version: '1.2.3',
    revision: 'abc1234',
    freshness_target_ms: 86_400_000,
    onError: (error) => errors.push(error),
    ...options,
  })
}

const newFile = (): string => `sqlite:${join(temporaryDirectory(), 'metrics.db')}`

async function scrape(
  { metrics }: World,
  format: 'text' | 'openmetrics' = 'text',
): Promise<ReadExposition & { text: string }> {
  const { text } = await metrics.scrape(format)
  return { ...readExposition(text, format), text }
}

/** Null where there is no such series. */
function valueOf(
  { samples }: ReadExposition,
  name: string,
  labels: Record<string, string> = {},
): number | null {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  assert.ok(found.length <= 1, `${name} ${JSON.stringify(labels)} is not one series`)
  return found[0]?.value ?? null
}

async function eraseUser(store: Store, user_id: string): Promise<void> {
  for (let done = false; !done;) ({ done } = await store.erasure.eraseSyncs(user_id, 100))
  await store.erasure.eraseTraces(user_id, { ...AUDIT, at: START, action: 'user_erased' })
}

const engines = {
  SQLite: () => Promise.resolve(newFile()),
  PostgreSQL: async () => await (await startPostgres()).createDatabase(),
}

for (const [engine, url] of Object.entries(engines)) {
  describe(`what Prometheus is told out of ${engine}`, () => {
    it('never goes down where it is a counter, whatever is pruned, repaired and erased, and is always whole', async () => {
      const world = await openWorld(await url())
      const { store } = world
      const history = new History(() => ({ store }))
      const erasure = fc.record({ does: fc.constant<'erase'>('erase'), user_id: fc.constantFrom(...USERS) })
      const steps = fc.array(fc.oneof({ weight: 12, arbitrary: step }, erasure), {
        minLength: 5,
        maxLength: 15,
      })
      let before = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.constantFrom<'text' | 'openmetrics'>('text', 'openmetrics'),
          async (given, format) => {
            for (const each of given) {
              if (each.does === 'erase') {
                await eraseUser(store, each.user_id)
                for (const sync of history.syncs)
                  sync.deleted ||= (await store.syncs.getSync(sync.id)) === null
              } else await history.do(each)
            }
            const read = await scrape(world, format)
            const now = new Map<string, number>()
            for (const family of read.families) {
              assert.ok(family.help !== null && family.help.endsWith('.'), family.name)
              if (family.type === 'histogram') assert.deepEqual(histogramFaults(family), [])
              if (family.type === 'gauge' || family.type === 'info') continue
              for (const { name, labels, value } of family.samples)
                now.set(JSON.stringify([name, labels]), value)
            }
            for (const [series, value] of before) {
              assert.ok(
                (now.get(series) ?? -1) >= value,
                `${series} went from ${value} to ${now.get(series)}`,
              )
            }
            before = now
          },
        ),
        { numRuns: 8 },
      )
      assert.deepEqual(world.errors, [])
    })

    it('tells each sync once it has ended, and what it did', async () => {
      const world = await openWorld(await url())
      const { store } = world
      const fresh = await scrape(world)
      assert.equal(valueOf(fresh, 'canvas_sync_total', { sync_type: 'all', status: 'failed' }), 0)
      assert.equal(valueOf(fresh, 'canvas_sync_courses_processed'), null)
      assert.equal(valueOf(fresh, 'canvas_sync_last_success_timestamp_seconds'), null)
      const id = await store.syncs.startSync(syncStart('a', { sync_type: 'nightly "all"\n\\' }))
      const own = { sync_type: 'nightly "all"\n\\' }
      const running = await scrape(world)
      assert.equal(valueOf(running, 'canvas_sync_runs_active', own), 1)
      assert.equal(valueOf(running, 'canvas_sync_oldest_run_start_timestamp_seconds', own), START / 1000)
      assert.equal(valueOf(running, 'canvas_sync_total', { ...own, status: 'completed' }), 0)
      const { counters } = syncFinish()
      const did = { courses_processed: 25, courses_created: 2, courses_updated: 3, api_request_cost: 12.25 }
      const finish = { counters: { ...counters, ...did, throttle_wait_ms: 1500 }, duration_ms: 10_000 }
      await store.syncs.finishSync(id, syncFinish(finish))
      const ended = await scrape(world, 'openmetrics')
      const completed = { ...own, status: 'completed' }
      assert.equal(valueOf(ended, 'canvas_sync_runs_active', own), 0)
      assert.equal(valueOf(ended, 'canvas_sync_total', completed), 1)
      assert.equal(valueOf(ended, 'canvas_sync_duration_seconds_count'), 1)
      assert.equal(valueOf(ended, 'canvas_sync_duration_seconds_sum'), 10)
      assert.equal(valueOf(ended, 'canvas_sync_duration_seconds_bucket', { le: '5.0' }), 0)
      assert.equal(valueOf(ended, 'canvas_sync_duration_seconds_bucket', { le: '10.0' }), 1)
      assert.equal(valueOf(ended, 'canvas_sync_courses_processed'), 25)
      const courses = { entity: 'courses' }
      assert.equal(valueOf(ended, 'canvas_sync_records_total', { ...courses, outcome: 'extracted' }), 25)
      assert.equal(valueOf(ended, 'canvas_sync_records_total', { ...courses, outcome: 'loaded' }), 5)
      assert.equal(valueOf(ended, 'canvas_sync_records_total', { ...courses, outcome: 'unchanged' }), 20)
      assert.equal(valueOf(ended, 'canvas_sync_api_cost_total'), 12.25)
      assert.equal(valueOf(ended, 'canvas_sync_api_throttle_wait_seconds_total'), 1.5)
      assert.equal(
        valueOf(ended, 'canvas_sync_last_success_timestamp_seconds', own),
        (START + 210_500) / 1000,
      )
      const bucket = ended.samples.find(
        ({ name, labels }) =>
          name === 'canvas_sync_run_duration_seconds_bucket' &&
          labels['sync_type'] === own.sync_type &&
          labels['le'] === '10.0',
      )
      assert.deepEqual(bucket?.exemplar?.labels, { sync_id: String(id) })
      assert.equal(bucket.exemplar.value, 10)
    })

    it('tells which syncs wait in the queue, and who is there to take them', async () => {
      const database = await url()
      const world = await openWorld(database)
      const { store } = world
      const server_depths = openQueueDepths(database, store.queue)
      after(() => server_depths?.[Symbol.asyncDispose]())
      const depths = server_depths ?? { depths: () => store.queue.depths(Date.now()) }
      const metrics = metricsOf(world, {
        readQueue: () => readQueueStatus(depths, store.queue, Date.now()),
      })
      const unused = await scrape({ ...world, metrics })
      assert.equal(valueOf(unused, 'canvas_sync_queue_workers', { state: 'working' }), 0)
      assert.ok(!unused.samples.some(({ name }) => name === 'canvas_sync_queue_jobs'))

      await using queue = await openQueue(database, store)
      for (const source of ['science', 'law']) await queue.add(newJob(source))
      await queue.add(newJob('arts', { start_after: Date.now() + 3_600_000 }))
      assert.ok(await queue.take(['science']))
      const row = { host: 'here', pid: 7, version: '1', concurrency: 2, running: 1, started_at: Date.now() }
      const told = {
        ...row,
        sources: ['science', 'law'],
        state: 'working',
        heartbeat_at: Date.now(),
      } as const
      await store.queue.saveWorker({ ...told, id: 'one' })
      await store.queue.saveWorker({ ...told, id: 'two', state: 'draining' })
      await store.queue.saveWorker({ ...told, id: 'three', heartbeat_at: Date.now() - 31_000 })
      const read = await scrape({ ...world, metrics }, 'openmetrics')
      const jobs = (source: string, state: string): number | null =>
        valueOf(read, 'canvas_sync_queue_jobs', { source, state })
      assert.deepEqual([jobs('science', 'queued'), jobs('science', 'running')], [0, 1])
      assert.deepEqual([jobs('law', 'queued'), jobs('law', 'running')], [1, 0])
      assert.deepEqual([jobs('arts', 'queued'), jobs('arts', 'running')], [1, 0])
      const wait = (source: string): number | null =>
        valueOf(read, 'canvas_sync_queue_oldest_wait_seconds', { source })
      assert.deepEqual([wait('science'), wait('arts')], [null, null], 'none waits that may run')
      assert.ok((wait('law') ?? -1) >= 0 && (wait('law') ?? 100) < 60)
      const workers = (source: string): number | null =>
        valueOf(read, 'canvas_sync_queue_source_workers', { source })
      assert.deepEqual([workers('science'), workers('law'), workers('arts')], [1, 1, 0])
      for (const state of ['working', 'draining', 'silent'])
        assert.equal(valueOf(read, 'canvas_sync_queue_workers', { state }), 1, state)
      assert.equal(valueOf(read, 'canvas_sync_collector_success', { collector: 'queue' }), 1)
      assert.deepEqual(world.errors, [])
    })
  })
}

describe('what Prometheus is told', () => {
  it('names no user, course or task', async () => {
    const world = await openWorld(newFile())
    const { store } = world
    const secret = { user_id: 'erika-mustermann', target_course_id: '990017', host: 'worker-erika' }
    for (const status of ['completed', 'failed'] as const) {
      const id = await store.syncs.startSync(syncStart(`task of erika ${status}`, secret))
      const failed = { error_type: 'not_found', error_message: 'No erika.' } as const
      await store.syncs.finishSync(id, syncFinish({ status, ...(status === 'failed' ? failed : {}) }))
    }
    for (const format of ['text', 'openmetrics'] as const) {
      const { text, samples } = await scrape(world, format)
      assert.doesNotMatch(text, /erika|990017/i)
      const names = new Set(samples.flatMap(({ labels }) => Object.keys(labels)))
      for (const name of ['user', 'user_id', 'course', 'course_id', 'task_id', 'sync_id'])
        assert.ok(!names.has(name), name)
    }
  })

  it('keeps to fifty types, whatever a caller invents', async () => {
    const world = await openWorld(newFile())
    for (let number = 0; number < 60; number++) {
      const id = await world.store.syncs.startSync(syncStart(`t${number}`, { sync_type: `type ${number}` }))
      await world.store.syncs.finishSync(id, syncFinish())
    }
    const { samples } = await scrape(world)
    const types = new Set(
      samples
        .filter(({ name }) => name === 'canvas_sync_last_success_timestamp_seconds')
        .map(({ labels }) => labels['sync_type']),
    )
    assert.equal(types.size, 51)
    assert.ok(types.has('other'))
  })

  it('tells the sizes of the logs, and the rest where the folder cannot be read', async () => {
    const world = await openWorld(newFile())
    appendFileSync(join(world.logs, 'errors.log'), 'x'.repeat(1000))
    appendFileSync(join(world.logs, 'errors.log.000001-0123abcd'), 'x'.repeat(234))
    mkdirSync(join(world.logs, 'archives'))
    const read = await scrape(world)
    assert.equal(valueOf(read, 'canvas_sync_log_bytes', { file: 'errors.log' }), 1234)
    assert.equal(valueOf(read, 'canvas_sync_log_bytes', { file: 'archives' }), 0)
    assert.ok((valueOf(read, 'canvas_sync_log_disk_free_bytes') ?? 0) > 0)
    assert.equal(valueOf(read, 'canvas_sync_collector_success', { collector: 'logs' }), 1)
    const log_directory = join(world.logs, 'errors.log')
    const broken = metricsOf(world, { log_directory, freshness_target_ms: 5_400_000 })
    const rest = await scrape({ ...world, metrics: broken })
    assert.equal(valueOf(rest, 'canvas_sync_collector_success', { collector: 'logs' }), 0)
    assert.equal(valueOf(rest, 'canvas_sync_log_bytes', { file: 'errors.log' }), null)
    assert.equal(valueOf(rest, 'canvas_sync_users_stale', { slo: '90m' }), 0)
    assert.equal(world.errors.length, 1)
  })

  it('tells the rest where the queue cannot be read, or does not answer in time', async () => {
    const world = await openWorld(newFile())
    const refusing = metricsOf(world, { readQueue: () => Promise.reject(new Error('refused')) })
    const silent = metricsOf(world, { readQueue: () => new Promise(() => {}) })
    const refused = await scrape({ ...world, metrics: refusing })
    const waiting = scrape({ ...world, metrics: silent })
    world.clock.advance(5000)
    for (const rest of [refused, await waiting]) {
      assert.equal(valueOf(rest, 'canvas_sync_collector_success', { collector: 'queue' }), 0)
      assert.equal(valueOf(rest, 'canvas_sync_queue_workers', { state: 'working' }), null)
      assert.equal(valueOf(rest, 'canvas_sync_total', { sync_type: 'all', status: 'failed' }), 0)
    }
    assert.match(String(world.errors[1]), /The queue did not answer within 5 s/)
    assert.equal(world.errors.length, 2)
  })

  it('counts users without fresh data once a minute at most, and keeps no scrape waiting for it', async () => {
    const world = await openWorld(newFile())
    let counted = 0
    let held = Promise.resolve()
    const { counters, system } = world.store
    const slow: Counters = {
      syncs: (query) => counters.syncs(query),
      examples: (types) => counters.examples(types),
      events: () => counters.events(),
      people: async (query) => {
        counted++
        await held
        return await counters.people(query)
      },
    }
    const metrics = metricsOf(world, { store: { counters: slow, system } })
    const stale = async (): Promise<number | null> =>
      valueOf(await scrape({ ...world, metrics }), 'canvas_sync_users_stale', { slo: '24h' })
    assert.equal(await stale(), 0)
    const id = await world.store.syncs.startSync(syncStart('a'))
    await world.store.syncs.finishSync(id, syncFinish({ status: 'failed', error_type: 'network' }))
    assert.equal(await stale(), 0)
    assert.equal(counted, 1)
    world.clock.advance(60_000)
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    assert.equal(await stale(), 0, 'what was known, while it is counted anew')
    assert.equal(await stale(), 0)
    assert.equal(counted, 2, 'once')
    const waiting = (world.clock.advance(300_000), stale())
    resolve()
    assert.equal(await waiting, 1, 'five minutes old is too old')
    assert.deepEqual(world.errors, [])
  })
})
