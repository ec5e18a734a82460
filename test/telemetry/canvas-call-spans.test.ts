import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { CanvasClient } from '../../src/canvas/types.ts'
import type { ObservedClientOptions } from '../../src/tracker/types.ts'
import { answering, canvasHeaders, serve, TOKEN } from '../canvas/loopback.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { trackings } from '../tracker/support/tracking.ts'
import { MemorySdk, statusOf } from './support/memory-sdk.ts'

const open = trackings()

/** A client in a sync of its own; waits between tries take no time. */
async function clientOf(
  baseUrl: string,
  options: Partial<ObservedClientOptions> = {},
): Promise<CanvasClient> {
  const { monitor } = await open({ clock: new FakeClock({ auto: true }) })
  const sync = await monitor.startSync()
  return sync.canvas({ baseUrl, token: TOKEN, random: () => 0.5, ...options })
}

test('a call has the names of the conventions for HTTP clients, and what Canvas said of its cost', async () => {
  const sdk = new MemorySdk()
  const { origin } = await serve(
    answering(() => ({ headers: canvasHeaders(), body: [{ id: '1' }, { id: '2' }] })),
  )
  const canvas = await clientOf(origin)
  await Array.fromAsync(canvas.list('/api/v1/courses/17/students', { search_term: 'Jane' }))
  const span = sdk.one('GET /api/v1/courses/{id}/students')
  assert.equal(span.kind, SpanKind.CLIENT)
  assert.deepEqual(span.attributes, {
    'http.request.method': 'GET',
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(origin).port),
    'url.template': '/api/v1/courses/{id}/students',
    'canvas.course.id': '17',
    'canvas.call.page': 1,
    'http.response.status_code': 200,
    'canvas.call.items': 2,
    'canvas.call.request_cost': 0.5,
    'canvas.call.rate_limit_remaining': 599.5,
    'canvas.call.request_id': '5f0c2c3e-0000-4000-8000-1234567890ab',
  })
  assert.deepEqual(statusOf(span), { code: 'UNSET', error_type: undefined })
})

test('each try of a call is a span of its own and says which one it is', async () => {
  const sdk = new MemorySdk()
  const { origin } = await serve(
    answering((number) => ({ status: number < 2 ? 500 : 200, headers: canvasHeaders(), body: {} })),
  )
  const canvas = await clientOf(origin)
  await canvas.get('/api/v1/accounts/self')
  const tries = sdk
    .named('GET /api/v1/accounts/self')
    .map((span) => [
      span.attributes['http.request.resend_count'],
      span.attributes['http.response.status_code'],
      statusOf(span),
    ])
  const failed = { code: 'ERROR', error_type: 'canvas_error' }
  assert.deepEqual(tries, [
    [undefined, 500, failed],
    [1, 500, failed],
    [2, 200, { code: 'UNSET', error_type: undefined }],
  ])
  const durations = await sdk.series('http.client.request.duration')
  assert.deepEqual(
    durations.map(({ attributes, value }) => [attributes['error.type'], value]),
    [
      ['canvas_error', 2],
      [undefined, 1],
    ],
  )
})

test('a call that gets no answer, or is stopped, has no status and the type of what happened', async () => {
  const sdk = new MemorySdk()
  const { origin } = await serve((request) => request.socket.destroy())
  const canvas = await clientOf(origin)
  await assert.rejects(canvas.get('/api/v1/accounts/self'), { code: 'network' })
  const lost = sdk.named('GET *')
  assert.ok(lost.length > 1)
  for (const span of lost) {
    assert.deepEqual(statusOf(span), { code: 'ERROR', error_type: 'network' })
    assert.equal(span.attributes['http.response.status_code'], undefined)
  }

  const stopping = new AbortController()
  const hanging = await serve(() => {
    stopping.abort()
  })
  const stopped = await clientOf(hanging.origin)
  await assert.rejects(stopped.self({ signal: stopping.signal }), { code: 'cancelled' })
  assert.deepEqual(statusOf(sdk.one('GET /api/v1/users/self')), { code: 'UNSET', error_type: 'cancelled' })
})

test('who asks for it has the traceparent of each try sent with it, and nothing else that the application carries', async () => {
  const sdk = new MemorySdk()
  const { origin, requests } = await serve(
    answering((number) => ({ status: number < 1 ? 500 : 200, headers: canvasHeaders(), body: {} })),
  )
  const canvas = await clientOf(origin, { send_traceparent: true })
  const carried = propagation.createBaggage({ student: { value: 'Jane' } })
  await context.with(propagation.setBaggage(context.active(), carried), () =>
    canvas.get('/api/v1/accounts/self'),
  )
  assert.deepEqual(
    requests.map(({ headers }) => [headers['traceparent'], headers['baggage'], headers['tracestate']]),
    sdk.named('GET *').map((span) => {
      const { traceId, spanId } = span.spanContext()
      return [`00-${traceId}-${spanId}-01`, undefined, undefined]
    }),
  )
  assert.equal(requests.length, 2)
})

/** What instrumentations of HTTP do: a span with the whole address, and the trace's ids in a header. */
function instrumentHttp(t: TestContext): { requests: number } {
  const seen = { requests: 0 }
  const onStart = (message: unknown): void => {
    const { request } = message as { request: ClientRequest }
    seen.requests++
    const attributes = { 'url.full': `http://${request.host}${request.path}` }
    const span = trace.getTracer('http').startSpan('HTTP', { kind: SpanKind.CLIENT, attributes })
    propagation.inject(trace.setSpan(context.active(), span), request, {
      set: (carrier, name, value) => carrier.setHeader(name, value),
    })
    span.end()
  }
  subscribe('http.client.request.created', onStart)
  t.after(() => unsubscribe('http.client.request.created', onStart))
  return seen
}

test("an application's own instrumentation of HTTP sees nothing of the calls to Canvas, and sends it no trace ids", async (t) => {
  const sdk = new MemorySdk()
  const seen = instrumentHttp(t)
  const { origin, requests } = await serve(answering(() => ({ headers: canvasHeaders(), body: {} })))
  const canvas = await clientOf(origin)
  await trace.getTracer('application').startActiveSpan('job', async (span) => {
    await canvas.get('/api/v1/accounts/self', { page: 'bookmark:Jane' })
    span.end()
  })
  assert.equal(seen.requests, 1)
  assert.deepEqual(sdk.started.map(({ name }) => name).sort(), [
    'GET /api/v1/accounts/self',
    'job',
    'sync all',
  ])
  assert.deepEqual(
    requests.map(({ headers }) => Object.keys(headers).filter((name) => /trace|baggage/.test(name))),
    [[]],
  )

  await trace.getTracer('application').startActiveSpan('fetch', async (span) => {
    const { get } = await import('node:http')
    const { promise, resolve } = Promise.withResolvers<void>()
    get(`${origin}/other`, (answer) => answer.resume().once('end', resolve))
    await promise
    span.end()
  })
  assert.equal(sdk.named('HTTP').length, 1, 'it sees the calls of the application')
  assert.match(String(requests[1]?.headers['traceparent']), /^00-[\da-f]{32}-/)
})
