import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { createRemoteMonitor } from '../../src/tracker/remote-monitor.ts'
import { serve } from '../canvas/loopback.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { trackings } from '../tracker/support/tracking.ts'
import { isChildOf, MemorySdk, statusOf } from './support/memory-sdk.ts'

const open = trackings()

async function smallCanvas(t: TestContext): Promise<Simulator> {
  const simulator = await startSimulator({ throttle: false, size: { students: 5, courses: 2 } })
  t.after(() => simulator.close())
  return simulator
}

test('what a job traces itself stands between the sync and the calls that it makes there', async (t) => {
  const sdk = new MemorySdk()
  const simulator = await smallCanvas(t)
  const { monitor } = await open()
  await monitor.track({ syncType: 'grades' }, async (sync) => {
    const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
    await canvas.self()
    trace.getTracer('application').startSpan('prepare').end()
    await sync.course(7, () =>
      trace.getTracer('application').startActiveSpan('read grades', async (span) => {
        await canvas.get('/api/v1/accounts/self')
        span.end()
      }),
    )
  })
  const [sync, course, own] = [sdk.one('sync grades'), sdk.one('sync course'), sdk.one('read grades')]
  assert.ok(isChildOf(sdk.one('GET /api/v1/users/self'), sync))
  assert.ok(isChildOf(sdk.one('prepare'), sync))
  assert.ok(isChildOf(course, sync))
  assert.ok(isChildOf(own, course))
  assert.ok(isChildOf(sdk.one('GET /api/v1/accounts/self'), own))
})

test('a sync of the long form has its courses and calls below it, also where no context is carried over await', async (t) => {
  const sdk = new MemorySdk({ carries_context: false })
  const simulator = await smallCanvas(t)
  const [course_id = ''] = [...simulator.university.truth.courses()].map((course) => String(course['id']))
  const { monitor } = await open()
  const sync = await monitor.startSync()
  const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
  await canvas.self()
  await sync.course(course_id, async () => {
    await canvas.get(`/api/v1/courses/${course_id}/sections`)
    await canvas.get('/api/v1/accounts/self')
  })
  await canvas.get(`/api/v1/courses/${course_id}`)
  await sync.completeSuccess()

  const [root, course] = [sdk.one('sync all'), sdk.one('sync course')]
  assert.ok(isChildOf(course, root))
  assert.ok(isChildOf(sdk.one('GET /api/v1/courses/{id}/sections'), course), 'its address names the course')
  assert.ok(isChildOf(sdk.one('GET /api/v1/accounts/self'), root), 'nothing says which course it is for')
  assert.ok(isChildOf(sdk.one('GET /api/v1/courses/{id}'), root), 'the course has ended')
})

test('two syncs at the same time keep their calls apart', async (t) => {
  const sdk = new MemorySdk()
  const simulator = await smallCanvas(t)
  const { monitor } = await open()
  const run = (syncType: string): Promise<void> =>
    monitor.track({ syncType }, async (sync) => {
      const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
      for (let number = 0; number < 3; number++) await canvas.self()
    })
  await Promise.all([run('courses'), run('grades')])
  for (const type of ['courses', 'grades']) {
    const sync = sdk.one(`sync ${type}`)
    assert.equal(sdk.named('GET *').filter((call) => isChildOf(call, sync)).length, 3)
  }
})

test('a call of one sync that is made inside another belongs to the sync that made the client', async (t) => {
  const sdk = new MemorySdk()
  const simulator = await smallCanvas(t)
  const { monitor } = await open()
  const outer = await monitor.startSync({ syncType: 'courses' })
  const canvas = outer.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
  await monitor.track({ syncType: 'grades' }, async () => {
    await canvas.self()
  })
  await outer.completeSuccess()
  assert.ok(isChildOf(sdk.one('GET /api/v1/users/self'), sdk.one('sync courses')))
})

test('a sync is part of the trace whose traceparent the application took over', async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const taken = propagation.extract(ROOT_CONTEXT, { traceparent })
  await context.with(taken, () => monitor.track({}, async () => {}))
  const sync = sdk.one('sync all')
  assert.equal(sync.spanContext().traceId, '0af7651916cd43dd8448eb211c80319c')
  assert.equal(sync.parentSpanContext?.spanId, 'b7ad6b7169203331')
})

test('what a job throws makes its sync and course an error by type, without a word of its message', async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open()
  const failing = monitor.track({}, async (sync) => {
    await sync.course(7, () => Promise.reject(new RangeError('Jane Roe has 3.7')))
    sync.recordProblem({ error_type: 'contract', message: 'Terms of Jane Roe' })
    throw new TypeError('Jane Roe')
  })
  await assert.rejects(failing, TypeError)
  for (const name of ['sync all', 'sync course']) {
    const span = sdk.one(name)
    assert.deepEqual(statusOf(span), { code: 'ERROR', error_type: 'job_error' })
    assert.deepEqual(span.events, [])
  }
  const all = JSON.stringify([
    sdk.ended.map(({ name, attributes, status }) => ({ name, attributes, status })),
    await sdk.metrics(),
  ])
  assert.ok(!all.includes('Jane'), all)
  const errors = await sdk.series('canvas.sync.run.errors')
  assert.deepEqual(
    errors.map(({ attributes, value }) => [attributes['error.type'], value]),
    [
      ['job_error', 2],
      ['contract', 1],
    ],
  )
})

test('a sync is measured in seconds, on the clock that its record has', async () => {
  const sdk = new MemorySdk()
  const { monitor, clock } = await open()
  const sync = await monitor.startSync()
  clock.advance(90_000)
  const record = await sync.completeSuccess()
  assert.equal(record.total_duration_seconds, 90)
  assert.deepEqual(
    (await sdk.series('canvas.sync.run.duration')).map(({ sum }) => sum),
    [90],
  )
})

test('a sync that somebody stops is a cancellation and no error, and so is the course that it was in', async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open()
  const stopped = monitor.track({}, (sync) =>
    sync.course(7, () => Promise.reject(new DOMException('stop', 'AbortError'))).then(() => {}),
  )
  await assert.rejects(stopped, { name: 'AbortError' })
  const [sync, course] = [sdk.one('sync all'), sdk.one('sync course')]
  assert.deepEqual(statusOf(sync), { code: 'UNSET', error_type: 'cancelled' })
  assert.equal(sync.attributes['canvas.sync.result'], 'cancellation')
  assert.deepEqual(statusOf(course), { code: 'UNSET', error_type: 'cancelled' })
  assert.equal(course.attributes['canvas.course.outcome'], undefined, 'it has none')
  assert.ok(!(await sdk.metrics()).some(({ descriptor }) => descriptor.name === 'canvas.sync.run.errors'))
})

test('a sync that the monitor timed out meanwhile ends as what its row says', async () => {
  const sdk = new MemorySdk()
  const { monitor, store, clock } = await open()
  const sync = await monitor.startSync()
  await store.syncs.markTimedOut(sync.id ?? 0, 'The sync ran longer than its limit.', clock.now(), 1000)
  await sync.completeSuccess()
  const span = sdk.one('sync all')
  assert.equal(span.attributes['canvas.sync.status'], 'timed_out')
  assert.equal(span.attributes['canvas.sync.result'], 'timeout')
  assert.deepEqual(statusOf(span), { code: 'ERROR', error_type: 'timed_out' })
})

test('a sync that is reported to a server far away is traced where it runs, and its lines there have the trace id', async () => {
  const sdk = new MemorySdk()
  const told: string[] = []
  const server = await serve((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => told.push(text))
    response.writeHead(503).end()
  })
  const spoolDir = temporaryDirectory()
  {
    await using monitor = await createRemoteMonitor({ url: server.origin, spoolDir })
    await monitor.track({ syncType: 'courses' }, async () => {})
  }
  const { traceId } = sdk.one('sync courses').spanContext()
  const spooled = readdirSync(spoolDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(spoolDir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
  assert.ok([...told, ...spooled].join('').includes(`"trace_id":"${traceId}"`))
})

test('a sync that nobody ended has a span that began and did not end, until the monitor is closed', async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open()
  await monitor.startSync()
  assert.deepEqual([sdk.started.length, sdk.ended.length], [1, 0])
  await monitor.close()
  assert.equal(sdk.one('sync all').attributes['canvas.sync.status'], 'cancelled')
})

test('every line of a traced sync has its trace id as the last of its own keys', async () => {
  const sdk = new MemorySdk()
  const { monitor, logs } = await open()
  await monitor.track({}, async (sync) => {
    sync.recordApiCall({ endpoint: '/api/v1/courses', status: 200, durationMs: 1 })
    sync.recordDbOperation({ operation: 'fetch', entity: 'courses' })
    sync.progress({ percent: 50 })
    await sync.course(7, () => Promise.reject(new Error('x')))
    const careless = { get count(): number { throw new Error('x') } } // prettier-ignore
    sync.recordEvent('careless', careless, 'Its fields cannot be copied.')
  })
  const { traceId } = sdk.one('sync all').spanContext()
  const lines = LOG_STREAMS.flatMap((stream) => logs.events(stream))
  assert.ok(LOG_STREAMS.every((stream) => logs.events(stream).length > 0))
  for (const line of lines.filter(({ event }) => event !== 'careless')) {
    assert.equal(line['trace_id'], traceId)
    assert.equal(Object.keys(line).at(-2), 'trace_id')
  }
})

test('a trace that is not sampled makes no span and is still named in the log lines', async () => {
  const sdk = new MemorySdk({ sampler: new AlwaysOffSampler() })
  const { monitor, logs } = await open()
  await monitor.track({}, async (sync) => {
    await sync.course(7, async () => {})
  })
  assert.deepEqual(sdk.started, [])
  const [line] = logs.events('operations')
  assert.match(String(line?.['trace_id']), /^[\da-f]{32}$/)
  assert.equal((await sdk.series('canvas.sync.run.duration'))[0]?.value, 1, 'metrics are not sampled')
})

test('spans and metrics that throw do a sync no harm', async (t) => {
  const throwing = (): never => {
    throw new Error('the processor is broken')
  }
  const simulator = await smallCanvas(t)
  for (const processor of [{ onStart: throwing }, { onEnd: throwing }]) {
    const sdk = new MemorySdk({ processor })
    const { monitor, rowOf } = await open()
    const sync = await monitor.startSync()
    const canvas = sync.canvas({ baseUrl: simulator.base_url, token: simulator.tokens.admin })
    await sync.course(7, async () => {
      await canvas.self()
    })
    const record = await sync.completeSuccess()
    assert.equal(record.sync_status, 'completed')
    assert.equal((await rowOf(sync)).sync_status, 'completed')
    assert.ok(sdk.started.length > 0)
  }
})

test('an SDK that is registered after the first sync is told of the next', async () => {
  const { monitor } = await open()
  for (const _ of [1, 2]) {
    const sdk = new MemorySdk()
    await monitor.track({}, async () => {})
    assert.equal(sdk.named('sync all').length, 1)
    assert.equal((await sdk.series('canvas.sync.run.duration')).length, 1)
  }
})

test('record… calls make neither spans nor metrics', async () => {
  const sdk = new MemorySdk()
  const { monitor } = await open()
  const sync = await monitor.startSync()
  const before = await sdk.metrics()
  sync.recordApiCall({ endpoint: '/api/v1/courses', status: 500, durationMs: 1 })
  sync.recordSubmission({ created: 5 })
  sync.recordGrade({ updated: 5 })
  sync.recordDbOperation({ operation: 'fetch', entity: 'courses' })
  sync.progress({ percent: 50 })
  assert.equal(sdk.started.length, 1)
  const counts = (all: typeof before): number[] => all.map((metric) => metric.dataPoints.length)
  assert.deepEqual(counts(await sdk.metrics()), counts(before))
  await sync.completeSuccess()
  assert.equal(sdk.one('sync all').attributes['canvas.sync.submissions_created'], 5)
})
