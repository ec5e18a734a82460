import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { ROUTES } from '../../src/api/routes.ts'
import { assertProblem } from './support/assert-problem.ts'
import { BASE, openTestApi } from './support/test-api.ts'
import { openTestStore, withRecordPage } from './support/test-store.ts'

test('an unknown address is a 404 problem', async () => {
  const api = await openTestApi()
  for (const path of [
    '/nothing',
    '/assets',
    BASE,
    `${BASE}/`,
    `${BASE}/summary/`,
    `${BASE}/sync`,
    `${BASE}/user//summary`,
  ]) {
    const problem = await assertProblem(await api.request(path), 404)
    assert.equal(problem.error, 'There is nothing at this address.')
    assert.equal(problem.instance, path)
  }
})

test('a wrong method is a 405 problem that says which are right', async () => {
  const api = await openTestApi()
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/\{\w+\}/g, '1')
    const methods = ROUTES.filter((other) => other.path === route.path).map(({ method }) => method)
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
    const others = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter((method) => !methods.includes(method))
    const wrong = ['PATCH', 'OPTIONS', ...others]
    for (const method of wrong) {
      const response = await api.request(path, { method })
      assert.equal(response.headers.get('allow'), allow, `${method} ${path}`)
      await assertProblem(response, 405)
    }
  }
  assert.deepEqual(api.logs.started, [])
})

test('HEAD answers as GET does, without a body', async () => {
  const api = await openTestApi()
  for (const route of ROUTES.filter(({ method }) => method === 'GET')) {
    const path = route.path.replaceAll(/\{\w+\}/g, '1')
    const [head, get] = [await api.request(path, { method: 'HEAD' }), await api.request(path)]
    assert.equal(head.status, get.status, path)
    // Some tell the memory, the disk or the time of the moment, so that no two answers are the same.
    for (const { headers } of [head, get]) if (headers.has('etag')) headers.set('etag', '"of its body"')
    assert.deepEqual([...head.headers], [...get.headers], path)
    // One that has no end would go on.
    await get.body?.cancel()
    assert.equal(await head.text(), '')
  }
  const etags = ['HEAD', 'GET'].map(async (method) => {
    return (await api.request(`${BASE}/recent`, { method })).headers.get('etag')
  })
  const [of_head, of_get] = await Promise.all(etags)
  assert.match(of_head ?? '', /^"/)
  assert.equal(of_head, of_get)
  assert.equal((await api.request(`${BASE}/logs/cleanup`, { method: 'HEAD' })).status, 405)
})

test('an internal error is a 500 with a fixed sentence, and its reason goes to the operator alone', async () => {
  const reasons = [new Error('secret of the database'), 'secret text', { secret: true }, undefined]
  for (const reason of reasons) {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a driver may reject with anything
    const store = withRecordPage(await openTestStore(), () => Promise.reject(reason))
    const api = await openTestApi({ store })
    const response = await api.request(`${BASE}/recent?limit=3`)
    assert.doesNotMatch(await response.clone().text(), /secret|stack|node:|\.ts/)
    const problem = await assertProblem(response, 500)
    assert.equal(problem.error, 'The server could not answer this request.')
    assert.match(problem.request_id ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual(api.errors, [
      { error: reason, place: { request_id: problem.request_id, where: `GET ${BASE}/recent` } },
    ])
  }
})

test('every answer forbids guessing, framing, reading by other sites, and storing without asking', async () => {
  const api = await openTestApi()
  const polled = [`${BASE}/summary`, '/livez']
  const paths = [...polled, `${BASE}/sync/1`, '/nothing', `${BASE}/recent?limit=0`]
  for (const path of paths) {
    const { headers } = await api.request(path, { headers: { origin: 'https://evil.example' } })
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), polled.includes(path) ? 'private, no-cache' : 'no-store')
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none';.*frame-ancestors 'none'/)
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(headers.get('access-control-allow-origin'), null)
  }
})

test('a path that is not well percent-encoded is a 400 problem', async () => {
  const api = await openTestApi()
  for (const id of ['%zz', '%', '%ff', 'a%E0%A4%A']) {
    await assertProblem(await api.request(`${BASE}/sync/task/${id}`), 400)
  }
})

test('the API mounts into another application below a prefix', async () => {
  const api = await openTestApi()
  const host = new Hono().route('/monitor', api.app)
  assert.equal((await host.request(`/monitor${BASE}/user/a%2Fb/summary`)).status, 200)
  const missing = await assertProblem(await host.request(`/monitor${BASE}/sync/1`), 404)
  assert.equal(missing.instance, `/monitor${BASE}/sync/1`)
  await assertProblem(await host.request(`/monitor${BASE}/sync/1`, { method: 'PUT' }), 405)
  await assertProblem(await host.request('http://evil.example/monitor/livez'), 421)
  assert.equal((await host.request('http://evil.example/')).status, 404)
})
