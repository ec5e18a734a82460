import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DURATION_LIMITS_SECONDS } from '../../src/store/counters.ts'
import { engineWorld } from '../engine/support/engine-world.ts'
import { RUN_BUCKETS } from '../../src/telemetry/instruments.ts'
import { isChildOf, MemorySdk, statusOf } from './support/memory-sdk.ts'

test('a sync that completes is one trace: the sync, its courses below it, and each call to Canvas below its course', async (t) => {
  const world = await engineWorld(t)
  const sdk = new MemorySdk()
  const { record, outcomes } = await world.sync({ taskId: 'nightly-1', trigger: 'schedule' })
  assert.equal(record.sync_status, 'completed')

  const sync = sdk.one('sync all')
  assert.equal(sync.parentSpanContext, undefined)
  assert.partialDeepStrictEqual(sync.attributes, {
    'canvas.sync.task.id': 'nightly-1',
    'canvas.sync.type': 'all',
    'canvas.sync.trigger': 'schedule',
    'canvas.sync.incremental': true,
    'user.id': '42',
    'canvas.sync.status': 'completed',
    'canvas.sync.result': 'success',
    'canvas.sync.courses_processed': record.courses.processed,
    'canvas.sync.api_calls_made': record.api_metrics.calls_made,
  })
  assert.deepEqual(statusOf(sync), { code: 'UNSET', error_type: undefined })

  const courses = sdk.named('sync course')
  const of = new Map(courses.map((span) => [span.attributes['canvas.course.id'], span]))
  assert.deepEqual([...of.keys()].map(String).sort(), outcomes.map((outcome) => outcome.course_id).sort())
  for (const outcome of outcomes) {
    const course = of.get(outcome.course_id)
    assert.ok(course !== undefined && isChildOf(course, sync))
    assert.equal(course.attributes['canvas.course.outcome'], outcome.outcome)
    const calls = sdk.named('GET *').filter((call) => isChildOf(call, course))
    assert.equal(calls.length, outcome.api_calls)
    assert.equal(course.attributes['canvas.course.api_calls'], outcome.api_calls)
    assert.ok(calls.every((call) => call.attributes['canvas.course.id'] === outcome.course_id))
  }
  const calls = sdk.named('GET *')
  assert.equal(calls.length, record.api_metrics.calls_made)
  const own = calls.filter((call) => isChildOf(call, sync)).map((call) => call.name)
  assert.ok(own.includes('GET /api/v1/users/self'), own.join(', '))
  assert.ok(own.includes('GET /api/v1/accounts/self/courses'), own.join(', '))
  assert.equal(sdk.started.length, sdk.ended.length, 'every span that began ended')
})

test('a sync with a refused course is an error of the type of that course, and the other courses are not', async (t) => {
  const world = await engineWorld(t)
  const sdk = new MemorySdk()
  const [refused = ''] = world.course_ids
  world.simulator.faults.add({
    when: { course_id: refused, path: '/api/v1/courses/*/sections' },
    fault: { kind: 'status', status: 403 },
  })
  const { record } = await world.sync()
  assert.equal(record.sync_status, 'partial')

  const sync = sdk.one('sync all')
  assert.deepEqual(statusOf(sync), { code: 'ERROR', error_type: 'forbidden' })
  assert.equal(sync.attributes['canvas.sync.status'], 'partial')
  assert.equal(sync.attributes['canvas.sync.result'], 'failure')
  for (const course of sdk.named('sync course')) {
    const is_refused = course.attributes['canvas.course.id'] === refused
    assert.equal(course.attributes['canvas.course.outcome'], is_refused ? 'forbidden' : 'completed')
    const code = is_refused ? 'ERROR' : 'UNSET'
    assert.deepEqual(statusOf(course), { code, error_type: is_refused ? 'forbidden' : undefined })
  }
  const refusals = sdk.ended.filter((span) => span.attributes['http.response.status_code'] === 403)
  assert.deepEqual(
    refusals.map((span) => span.name),
    ['GET /api/v1/courses/{id}/sections'],
  )
  assert.deepEqual(statusOf(refusals[0] ?? sync), { code: 'ERROR', error_type: 'forbidden' })

  const errors = await sdk.series('canvas.sync.run.errors')
  assert.deepEqual(errors, [
    { attributes: { 'canvas.sync.type': 'all', 'error.type': 'forbidden' }, value: 1, sum: 1 },
  ])
})

test('a sync with a dead token fails with its type, below whatever the application does at that moment', async (t) => {
  const world = await engineWorld(t)
  const sdk = new MemorySdk()
  const { trace } = await import('@opentelemetry/api')
  const { record } = await trace.getTracer('application').startActiveSpan('nightly job', async (span) => {
    const run = await world.sync({ token: 'none' })
    span.end()
    return run
  })
  assert.equal(record.sync_status, 'failed')
  const sync = sdk.one('sync all')
  assert.ok(isChildOf(sync, sdk.one('nightly job')))
  assert.deepEqual(statusOf(sync), { code: 'ERROR', error_type: 'token_invalid' })
  assert.equal(sync.attributes['canvas.sync.status'], 'failed')
  const call = sdk.one('GET /api/v1/users/self')
  assert.ok(isChildOf(call, sync))
  assert.deepEqual(statusOf(call), { code: 'ERROR', error_type: 'token_invalid' })
  assert.equal(call.attributes['http.response.status_code'], 401)
})

test('syncs are measured by type and result, calls by what they ask, and nothing says whose they are', async (t) => {
  const world = await engineWorld(t)
  const sdk = new MemorySdk()
  const good = await world.sync({ syncType: 'courses' })
  const bad = await world.sync({ token: 'none' })

  const runs = await sdk.series('canvas.sync.run.duration')
  const executing = { 'canvas.sync.run.state': 'executing' }
  const completed = { 'canvas.sync.status': 'completed', 'canvas.sync.result': 'success' }
  const failed = { 'canvas.sync.status': 'failed', 'canvas.sync.result': 'failure' }
  assert.deepEqual(runs, [
    {
      attributes: { 'canvas.sync.type': 'courses', ...executing, ...completed },
      value: 1,
      sum: good.record.total_duration_seconds,
    },
    {
      attributes: { 'canvas.sync.type': 'all', ...executing, ...failed, 'error.type': 'token_invalid' },
      value: 1,
      sum: bad.record.total_duration_seconds,
    },
  ])
  const active = await sdk.series('canvas.sync.run.active')
  assert.deepEqual(
    active.map(({ attributes, value }) => ({ ...attributes, value })),
    [
      { 'canvas.sync.type': 'courses', ...executing, value: 0 },
      { 'canvas.sync.type': 'all', ...executing, value: 0 },
    ],
  )
  const calls = await sdk.series('http.client.request.duration')
  const made = good.record.api_metrics.calls_made + bad.record.api_metrics.calls_made
  assert.equal(
    calls.reduce((sum, { value }) => sum + value, 0),
    made,
  )
  const { hostname, port } = new URL(world.simulator.base_url)
  for (const { attributes } of calls) {
    assert.partialDeepStrictEqual(attributes, {
      'http.request.method': 'GET',
      'server.address': hostname,
      'server.port': Number(port),
    })
  }
  const refused = calls.filter(({ attributes }) => attributes['error.type'] !== undefined)
  assert.deepEqual(
    refused.map(({ attributes }) => [attributes['url.template'], attributes['http.response.status_code']]),
    [['/api/v1/users/self', 401]],
  )

  const names = new Set(
    (await sdk.metrics()).flatMap((metric) =>
      metric.dataPoints.flatMap((point) => Object.keys(point.attributes)),
    ),
  )
  assert.deepEqual([...names].sort(), [
    'canvas.sync.result',
    'canvas.sync.run.state',
    'canvas.sync.status',
    'canvas.sync.type',
    'error.type',
    'http.request.method',
    'http.response.status_code',
    'server.address',
    'server.port',
    'url.template',
  ])
  const units = (await sdk.metrics()).map(({ descriptor }) => `${descriptor.name} ${descriptor.unit}`)
  assert.deepEqual(units.sort(), [
    'canvas.sync.run.active {run}',
    'canvas.sync.run.duration s',
    'canvas.sync.run.errors {error}',
    'http.client.request.duration s',
  ])
})

test('a sync is counted as active while it runs, and not after its end', async (t) => {
  const world = await engineWorld(t)
  const sdk = new MemorySdk()
  const sync = await world.monitor.startSync()
  const active = async (): Promise<number[]> =>
    (await sdk.series('canvas.sync.run.active')).map(({ value }) => value)
  assert.deepEqual(await active(), [1])
  await sync.completeSuccess()
  await sync.cancel()
  assert.deepEqual(await active(), [0])
})

test('durations of syncs fall into the same buckets as in /metrics', () => {
  assert.deepEqual(RUN_BUCKETS, DURATION_LIMITS_SECONDS)
})
