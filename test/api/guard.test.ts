import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCrossSite, isOurHost, siteOf } from '../../src/api/http/guard.ts'
import { assertProblem } from './support/assert-problem.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const none = siteOf({})

test('every name of loopback is ours', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:5000',
    'localhost.:5000',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:5000',
  ]) {
    assert.equal(isOurHost(host, none), true, host)
  }
})

test('a name that only looks like loopback is not ours', () => {
  const foreign = [
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:5000',
    'evil@127.0.0.1',
    '127.0.0.1/evil',
    '127.0.0.1#evil',
    'localhost:port',
    '0.0.0.0',
    '192.168.1.7',
    '[::]',
    'xn--lcalhost-n2a',
    'localhost, evil.example',
  ]
  for (const host of foreign) assert.equal(isOurHost(host, none), false, host)
})

test('allowed hosts are ours in any spelling, with any port', () => {
  const allowed = siteOf({
    allowed_hosts: ['Monitor.Example.org', '192.168.1.7', 'fd00::7', '[fd00:0::8]'],
  })
  for (const host of [
    'monitor.example.org',
    'MONITOR.example.org.:443',
    '192.168.1.7:5000',
    '[fd00:0:0::7]:1',
    '[fd00::8]',
  ]) {
    assert.equal(isOurHost(host, allowed), true, host)
  }
  assert.equal(isOurHost('other.example.org', allowed), false)
})

test('a request for a foreign host reaches no route', async () => {
  const api = await openTestApi()
  for (const path of [`${BASE}/summary`, '/livez', '/openapi.json', '/nothing']) {
    await assertProblem(await api.request(path, { headers: { host: 'evil.example' } }), 421)
    await assertProblem(await api.request(`http://evil.example${path}`), 421)
  }
})

test('a request for an allowed host is answered', async () => {
  const api = await openTestApi({}, { allowed_hosts: ['monitor.example.org'] })
  await api.read(`http://monitor.example.org${BASE}/summary`)
  assert.equal((await api.request('http://other.example.org/livez')).status, 421)
})

test('a web request counts by its Host: frameworks make its address of names of their own', async () => {
  const api = await openTestApi({}, { public_url: 'https://app.example.edu' })
  const asked = (host: string): Promise<Response> =>
    api.request('http://f3a1b2c4d5e6:3000/livez', { headers: { host } })
  assert.equal((await asked('app.example.edu')).status, 200)
  await assertProblem(await asked('evil.example'), 421)
})

test('where the browser says from where a page comes, the scheme behind a proxy does not matter', () => {
  const from = (site: string, origin = 'https://app.example.edu'): boolean =>
    isCrossSite(new Headers({ 'sec-fetch-site': site, origin }), 'app.example.edu', 'http:')
  assert.equal(from('same-origin'), false)
  assert.equal(from('same-origin', 'https://app.example.edu:8443'), false)
  for (const site of ['same-site', 'cross-site', 'none', '']) assert.equal(from(site), true, site)
  for (const origin of ['https://evil.example', 'null'])
    assert.equal(from('same-origin', origin), true, origin)
})

test('an origin is ours only with the same scheme, host and port', () => {
  const from = (origin: string): boolean => isCrossSite(new Headers({ origin }), 'localhost:5000', 'http:')
  assert.equal(from('http://localhost:5000'), false)
  for (const origin of [
    'https://localhost:5000',
    'http://localhost:5001',
    'http://localhost',
    'http://127.0.0.1:5000',
    'null',
    'x',
  ]) {
    assert.equal(from(origin), true, origin)
  }
})

test('an origin of another scheme may not change anything', async () => {
  const api = await openTestApi()
  const headers = { host: 'localhost', origin: 'https://localhost' }
  await assertProblem(await api.request('/nothing', { method: 'POST', headers }), 403)
  assert.equal((await api.request('/livez', { headers })).status, 200)
  const over_tls = await api.request('https://localhost/nothing', { method: 'POST', headers })
  assert.equal(over_tls.status, 404)
})

test('a page of another site may not take up the places of searches and tails', async () => {
  const api = await openTestApi()
  for (const path of ['/logs/search?text=x', '/logs/tail']) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }]) {
      await assertProblem(await api.request(`${BASE}${path}`, { headers }), 403)
      assert.equal((await api.request(`${BASE}${path}`, { method: 'HEAD', headers })).status, 403)
    }
  }
  const own = await api.request(`${BASE}/logs/search?text=x`, {
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  assert.equal(own.status, 200)
})
