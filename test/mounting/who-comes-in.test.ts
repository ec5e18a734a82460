import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
import type { MountedServerOptions } from '../../src/server/index.ts'
import { newSecret } from '../../src/core/access-secret.ts'
import { assertProblem } from '../api/support/assert-problem.ts'
import { openHost, openMounted, type MountedHost } from './support/mounted-host.ts'

const API = '/monitor/api/canvas/metrics'
const PING = '/monitor/ping/nightly/fail?create=1&schedule=0+2+*+*+*&max_runtime_minutes=30'
const json = { 'content-type': 'application/json' }

/** Signs in at the dashboard of a host; returns the cookie. */
async function signIn(host: MountedHost, api: string): Promise<string> {
  const body = JSON.stringify({ token: await host.token('admin') })
  const answer = await host.get(`${api}/session`, null, { method: 'POST', headers: json, body })
  assert.equal(answer.status, 201, await answer.clone().text())
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
}

test('behind TLS of a proxy pages of ours may change things, also where nobody said how the site is called', async () => {
  await using host = await openHost()
  const token = await host.token('admin')
  const origin = host.url.replace('http:', 'https:')
  const clean = (headers: Record<string, string>): Promise<Response> =>
    host.get(`${API}/logs/cleanup?dry_run=true`, token, { method: 'POST', headers: { origin, ...headers } })
  assert.equal((await clean({ 'sec-fetch-site': 'same-origin' })).status, 200)
  for (const site of ['same-site', 'cross-site'])
    await assertProblem(await clean({ 'sec-fetch-site': site }), 403)
  // Only browsers that say nothing else are judged by the scheme.
  await assertProblem(await clean({}), 403)
})

test('two monitors of one host have sign-ins of their own, and each describes the cookie that it means', async () => {
  await using first = await openHost({ basePath: '/a/b' })
  await using second = await openHost({ basePath: '/a-b' })
  await using root = await openHost({ basePath: '/' })
  const places = [
    [first, '/a/b'],
    [second, '/a-b'],
    [root, ''],
  ] as const
  const cookies: string[] = []
  for (const [host, path] of places) cookies.push(await signIn(host, `${path}/api/canvas/metrics`))
  assert.ok(cookies[2]?.startsWith('__Host-csm_session=csm_session_'), 'at the root it keeps its name')
  for (const [index, [host, path]] of places.entries()) {
    const headers = { cookie: cookies.join('; ') }
    assert.equal((await host.get(`${path}/api/canvas/metrics/summary`, null, { headers })).status, 200, path)
    const described = (await (await host.get(`${path}/openapi.json`)).json()) as {
      components: { securitySchemes: { session: { name: string } } }
    }
    const { name } = described.components.securitySchemes.session
    assert.match(name, /^__Host-/)
    assert.equal(name, cookies[index]?.split('=')[0])
  }
  assert.equal(new Set(cookies.map((cookie) => cookie.split('=')[0])).size, 3)
  const [own = '', other = ''] = cookies
  const out = { method: 'POST', headers: { ...json, cookie: `${own}; ${other}` }, body: '{}' }
  assert.equal((await first.get('/a/b/api/canvas/metrics/session/end', null, out)).status, 200)
  const headers = { cookie: other }
  assert.equal((await second.get('/a-b/api/canvas/metrics/summary', null, { headers })).status, 200)
})

test('a picture on a page of the host reports nothing, with whoever’s session it is asked for', async () => {
  await using host = await openHost({
    authorize: (request) => (request.headers.get('cookie') === 'session=root' ? { scopes: ['admin'] } : null),
  })
  const signed_in = await signIn(host, API)
  for (const cookie of ['session=root', signed_in]) {
    for (const more of [{}, { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }]) {
      const refused = await assertProblem(await host.get(PING, null, { headers: { cookie, ...more } }), 401)
      assert.match(refused.detail, /a picture on a page could send it/)
    }
  }
  assert.deepEqual(await host.monitor.monitor.store.syncs.listSyncs({ limit: 10 }), [])
  // As cron jobs do it.
  const token = await host.token('ingest')
  assert.equal((await host.get(PING, token)).status, 201)
  const basic = `Basic ${Buffer.from(`${token}:`).toString('base64')}`
  assert.equal((await host.get(PING, null, { headers: { authorization: basic } })).status, 200)
  // No picture can ask in this way.
  const posted = await host.get(PING, null, { method: 'POST', headers: { cookie: 'session=root' } })
  assert.equal(posted.status, 200)
})

test('a token of ours counts before the word of the application, whose own Authorization it understands', async () => {
  await using host = await openHost({
    authorize: (request) =>
      request.headers.get('authorization') === 'Bearer of-the-application' || request.headers.has('cookie')
        ? { scopes: ['read'] }
        : null,
  })
  const headers = { cookie: 'session=reader' }
  const tokens = (token: string | null): Promise<Response> => host.get(`${API}/tokens`, token, { headers })
  await assertProblem(await tokens(null), 403)
  assert.equal((await tokens(await host.token('admin'))).status, 200)
  await assertProblem(await tokens(newSecret('token').text), 401)
  assert.equal((await host.get(`${API}/summary`, 'of-the-application')).status, 200)
})

test('whom the application lets in is told nothing of tokens, and no proxy is blamed', async () => {
  await using host = await openHost({
    authorize: (request) =>
      request.headers.get('cookie') === 'session=ann' ? { scopes: ['read'], users: [7] } : null,
  })
  const headers = { cookie: 'session=ann' }
  for (const path of ['/tokens', '/user/8/summary']) {
    const answer = await host.get(`${API}${path}`, null, { headers })
    assert.equal(answer.headers.get('www-authenticate'), null)
    assert.doesNotMatch((await assertProblem(answer, 403)).error, /token/)
  }
  const forwarded = { headers: { 'x-forwarded-for': '192.0.2.1' } }
  const unknown = await assertProblem(await host.get(`${API}/summary`, null, forwarded), 401)
  assert.match(unknown.detail, /^Sign in to the application/)
  await using alone = await openHost()
  const nobody = await assertProblem(await alone.get(`${API}/summary`, null, forwarded), 401)
  assert.match(nobody.detail, /^Send "Authorization: Bearer"/)
})

const WRONG: readonly (readonly [Partial<MountedServerOptions>, RegExp])[] = [
  [{ trustedProxies: ['127.0.0.1', '10.0.0.0/33'] }, /^trustedProxies\.1 must be addresses or networks/],
  [{ allowedHosts: ['https://app.example.edu'] }, /^allowedHosts\.0 must be host names/],
  [{ rateLimits: { sign_in_per_minute: 0 } }, /^rateLimits\.sign_in_per_minute must be a whole number/],
  [{ publicUrl: 'ftp://app.example.edu/monitor' }, /^publicUrl must be an address such as https:/],
]

test('what a program gives about its network is checked as a configuration is', async () => {
  for (const [options, message] of WRONG) {
    await assert.rejects(openMounted(options), (error) => {
      assert.ok(isMonitorError(error))
      assert.equal(error.code, 'config_invalid')
      assert.match(error.message, message)
      return true
    })
  }
})
