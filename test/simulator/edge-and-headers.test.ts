import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anyCourse, ask, withSimulator } from '../support/simulator-client.ts'

test('an answer that Canvas made carries its headers', () =>
  withSimulator({ throttle: {}, cost: 0.5 }, async (simulator) => {
    const { headers } = await ask(simulator, '/api/v1/users/self')
    assert.match(headers['x-request-context-id'] ?? '', /^[0-9a-f-]{36}$/)
    assert.match(headers['x-canvas-meta'] ?? '', /;s=7414;c=cluster35;.*u=0.25;y=0.00;d=0.25;$/)
    assert.equal(headers['x-canvas-user-id'], '74140000000000001')
    assert.ok(headers['x-session-id'] !== undefined)
    assert.ok(Number(headers['x-runtime']) > 0)
  }))

test('an error that Canvas made carries its headers too', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/nothing')
    assert.equal(answer.status, 404)
    assert.ok(answer.headers['x-request-context-id'] !== undefined)
    assert.deepEqual(answer.json, { errors: [{ message: 'The specified resource does not exist.' }] })
  }))

test('a page that would take more than 60 seconds is a 504 in HTML without Canvas headers, at once', () =>
  withSimulator({ row_work_ms: 1000, size: { courses: 1, students: 100 } }, async (simulator) => {
    const path = `/api/v1/courses/${anyCourse(simulator).course_id}/enrollments`
    const started_ms = performance.now()
    const slow = await ask(simulator, `${path}?per_page=100`)
    assert.equal(slow.status, 504)
    assert.equal(slow.headers['content-type'], 'text/html')
    assert.equal(slow.headers['x-request-context-id'], undefined)
    assert.equal(slow.headers['x-request-cost'], undefined)
    assert.ok(performance.now() - started_ms < 30_000)
    const smaller = await ask(simulator, `${path}?per_page=50`)
    assert.equal(smaller.status, 200)
    assert.equal(Number(smaller.headers['x-runtime']) > 50, true)
    assert.equal(simulator.stats.edge_timeouts_total, 1)
  }))

test('the work of a row may depend on the request', () => {
  const row_work_ms = (request: { path: string }): number =>
    request.path.endsWith('/enrollments') ? 100_000 : 0
  return withSimulator({ row_work_ms }, async (simulator) => {
    const { course_id } = anyCourse(simulator)
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}/enrollments`)).status, 504)
    assert.equal((await ask(simulator, `/api/v1/courses/${course_id}/sections`)).status, 200)
  })
})

test('a GET with a body does not get past the CDN', () =>
  withSimulator({}, async (simulator) => {
    const answer = await ask(simulator, '/api/v1/courses', {
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'Content-Length': '2' },
    })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['content-type'], 'text/html')
    assert.equal(answer.headers['server'], 'CloudFront')
    assert.equal(answer.headers['x-request-context-id'], undefined)
    assert.doesNotMatch(answer.text, /Rate Limit/)
  }))

test('gzip is used exactly when asked for', () =>
  withSimulator({}, async (simulator) => {
    const plain = await ask(simulator, '/api/v1/accounts/1/courses')
    assert.equal(plain.headers['content-encoding'], undefined)
    const packed = await ask(simulator, '/api/v1/accounts/1/courses', {
      headers: { 'Accept-Encoding': 'gzip, deflate' },
    })
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.deepEqual(packed.json, plain.json)
  }))

test('anything but GET is not found', () =>
  withSimulator({}, async (simulator) => {
    assert.equal((await ask(simulator, '/api/v1/courses', { method: 'DELETE' })).status, 404)
  }))

test('what arrived is remembered and counted', () =>
  withSimulator({ throttle: {} }, async (simulator) => {
    await ask(simulator, '/api/v1/accounts/1/courses?per_page=2&include[]=term')
    await ask(simulator, '/api/v1/accounts/1/courses?per_page=2&include[]=term')
    await ask(simulator, '/api/v1/users/self', { token: null, has_numeric_ids: true })
    const [first, second, third] = simulator.requests
    assert.equal(first?.path, '/api/v1/accounts/1/courses')
    assert.deepEqual(first?.query, [
      ['per_page', '2'],
      ['include[]', 'term'],
    ])
    assert.deepEqual([first?.status, first?.rows, first?.has_authorization], [200, 2, true])
    assert.deepEqual([first?.is_duplicate, second?.is_duplicate], [false, true])
    assert.deepEqual([third?.status, third?.has_authorization, third?.accept], [401, false, null])
    const { stats } = simulator
    assert.deepEqual([stats.requests_total, stats.duplicates, stats.in_flight], [3, 1, 0])
    assert.deepEqual(stats.by_status, { 200: 2, 401: 1 })
    simulator.resetStats()
    assert.equal(simulator.stats.requests_total, 0)
    assert.equal(simulator.requests.length, 0)
  }))

test('latency is really waited for, and may depend on the request', () => {
  const latency_ms = (request: { path: string }): number => (request.path.endsWith('/accounts') ? 80 : 0)
  return withSimulator({ latency_ms }, async (simulator) => {
    const started_ms = performance.now()
    await ask(simulator, '/api/v1/users/self')
    const quick_ms = performance.now() - started_ms
    await ask(simulator, '/api/v1/accounts')
    assert.ok(performance.now() - started_ms - quick_ms >= 75)
  })
})
