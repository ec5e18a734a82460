import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSecret } from '../../src/core/access-secret.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedApi, type GuardedApi } from './support/guarded-api.ts'
import { givenTwoUsers, makeToken } from './support/guarded-server.ts'

test('sign-ins are limited for each address, right ones too, and wrong ones are audited', async () => {
  const api = await openGuardedApi({ rate_limits: {} })
  const token = await makeToken(api.store, ['admin'])
  const signIn = (text: string, peer: string): Promise<Response> =>
    api.ask('/session', { method: 'POST', peer, body: { token: text } })
  for (let time = 0; time < 5; time++) {
    await assertProblem(await signIn(newSecret('token').text, '192.0.2.1'), 401)
  }
  const limited = await signIn(token, '192.0.2.1')
  assert.equal(limited.headers.get('retry-after'), '12')
  assert.equal(limited.headers.get('ratelimit-policy'), '"sign-in";q=5;w=60')
  assert.equal(limited.headers.get('ratelimit'), '"sign-in";r=0;t=60')
  await assertProblem(limited, 429)
  assert.equal((await signIn(token, '192.0.2.2')).status, 201)
  api.clock.advance(12_000)
  assert.equal((await signIn(token, '192.0.2.1')).status, 201)
  assert.equal((await api.audited()).filter((action) => action === 'sign_in_failed').length, 5)
})

test('of whom no address is known many may sign in, so that a few wrong ones do not shut out all; and not any number', async () => {
  const api = await openGuardedApi({ rate_limits: {} })
  const token = await makeToken(api.store, ['admin'])
  const signIn = async (text: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify({ token: text }) }
    return (await api.app.request('/api/canvas/metrics/session', init, { peer: null })).status
  }
  const wrong = newSecret('token').text
  for (let time = 0; time < 98; time++) assert.equal(await signIn(wrong), 401)
  assert.equal(await signIn(token), 201)
  assert.deepEqual([await signIn(wrong), await signIn(token)], [401, 429])
  api.clock.advance(600)
  assert.equal(await signIn(token), 201)
})

test('wrong tokens are limited for each address, and hold up nobody who has a right one', async () => {
  const api = await openGuardedApi({ rate_limits: { failed_per_minute: 3 } })
  const token = await makeToken(api.store, ['read'])
  const wrong = (peer: string): Promise<Response> =>
    api.ask('/recent', { peer, token: newSecret('token').text })
  const statuses: number[] = []
  for (let time = 0; time < 5; time++) statuses.push((await wrong('192.0.2.1')).status)
  assert.deepEqual(statuses, [401, 401, 401, 429, 429])
  assert.equal((await wrong('192.0.2.2')).status, 401)
  assert.equal((await api.ask('/recent', { peer: '192.0.2.1', token })).status, 200)
  const refusals = (await api.audited()).filter((action) => action === 'refused')
  assert.equal(refusals.length, 2, 'one for each address')
})

test('a burst of 500 gets what its token may, and is told when to come again', async () => {
  const api = await openGuardedApi({ rate_limits: { token_per_minute: 60 } })
  const [token, other] = [await makeToken(api.store, ['read']), await makeToken(api.store, ['read'])]
  const answers = await Promise.all(
    Array.from({ length: 500 }, () => api.ask('/recent', { token, peer: '192.0.2.1' })),
  )
  const good = answers.filter(({ status }) => status === 200)
  assert.equal(good.length, 60)
  assert.equal(good[0]?.headers.get('ratelimit-policy'), '"token";q=60;w=60')
  assert.equal(good[0]?.headers.get('ratelimit'), '"token";r=59;t=1')
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(answer.status, 429)
    assert.equal(answer.headers.get('retry-after'), '1')
  }
  assert.equal((await api.ask('/recent', { token: other })).status, 200)
  api.clock.advance(1000)
  assert.equal((await api.ask('/recent', { token })).status, 200)
  assert.equal((await api.ask('/recent', { token })).status, 429)
})

test('an address is limited whatever it asks for; the networks of IPv6 count as one; loopback is free', async () => {
  const api = await openGuardedApi({ rate_limits: { address_per_minute: 10 } })
  const statuses = async (peers: (time: number) => string, path = '/health'): Promise<number[]> => {
    const all: number[] = []
    for (let time = 0; time < 12; time++) all.push((await api.ask(path, { peer: peers(time) })).status)
    return all.filter((status) => status === 429)
  }
  assert.equal((await statuses(() => '192.0.2.1')).length, 2)
  assert.equal((await statuses(() => '192.0.2.2', '/nothing')).length, 2)
  assert.equal((await statuses((time) => `2001:db8::${time}`)).length, 2)
  assert.equal((await statuses((time) => `::ffff:192.0.2.${time + 10}`)).length, 0)
  assert.equal((await statuses(() => '127.0.0.1')).length, 0)
  const strict = await openGuardedApi({ rate_limits: { address_per_minute: 1, loopback: true } })
  assert.equal((await strict.ask('/health')).status, 200)
  assert.equal((await strict.ask('/health')).status, 429)
})

test('behind a trusted proxy the client is who the proxy says; without one nobody is believed', async () => {
  const limits = { rate_limits: { address_per_minute: 1 } }
  const trusting = await openGuardedApi({ ...limits, trusted_proxies: ['127.0.0.1', '10.0.0.0/8'] })
  const from = (api: GuardedApi, forwarded: string): Promise<Response> =>
    api.ask('/health', { peer: '10.1.1.1', headers: { 'x-forwarded-for': forwarded } })
  assert.equal((await from(trusting, '192.0.2.1')).status, 200)
  assert.equal((await from(trusting, '192.0.2.9, 192.0.2.1, 10.2.2.2')).status, 429)
  assert.equal((await from(trusting, '192.0.2.1, 192.0.2.2')).status, 200)
  assert.equal((await from(trusting, '192.0.2.3:4711')).status, 200, 'some proxies write the port too')
  assert.equal((await from(trusting, '192.0.2.3:4712')).status, 429)
  assert.equal((await from(trusting, '[2001:db8::7]:4711')).status, 200)
  assert.equal((await from(trusting, 'nonsense')).status, 200)
  assert.equal((await from(trusting, 'other nonsense')).status, 429)
  const careful = await openGuardedApi(limits)
  assert.equal((await from(careful, '192.0.2.1')).status, 200)
  assert.equal((await from(careful, '192.0.2.2')).status, 429)
})

test('where nobody needs a token, one that is shown counts, and what came through a proxy needs one', async () => {
  const api = await openGuardedApi({ require_token: false })
  await givenTwoUsers(api.store)
  const token = await makeToken(api.store, ['read:user:42'])
  assert.equal((await api.ask('/summary')).status, 200)
  assert.equal((await api.ask('/logs/cleanup-status', { token })).status, 403)
  await assertProblem(await api.ask('/summary', { token: newSecret('token').text }), 401)
  for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'via']) {
    const refused = await assertProblem(await api.ask('/summary', { headers: { [name]: '127.0.0.1' } }), 401)
    assert.match(refused.detail, /through a proxy/)
  }
  assert.equal((await api.ask('/health', { headers: { via: '1.1 x' } })).status, 200)
  assert.equal((await api.ask('/summary', { peer: '192.0.2.1' })).status, 401)
  assert.equal((await api.ask('/summary', { cookie: '__Host-csm_session=old' })).status, 200)
  await assertProblem(
    await api.ask('/summary', { cookie: '__Host-csm_session=old', headers: { via: 'x' } }),
    401,
  )
})

test('with a public address its pages are ours, other pages are not, and browsers are told to stay on TLS', async () => {
  const api = await openGuardedApi({ public_url: 'https://monitor.example.edu' })
  const token = await makeToken(api.store, ['admin'])
  const post = (headers: Record<string, string>): Promise<Response> =>
    api.ask('/logs/cleanup?dry_run=true', { method: 'POST', token, headers })
  const host = 'monitor.example.edu'
  const own = await post({ host, origin: 'https://monitor.example.edu', 'sec-fetch-site': 'same-origin' })
  assert.equal(own.status, 200)
  assert.equal(own.headers.get('strict-transport-security'), 'max-age=31536000')
  for (const origin of ['https://evil.example', 'https://monitor.example.edu.evil.example', 'null', 'x']) {
    await assertProblem(await post({ host, origin }), 403)
  }
  await assertProblem(await post({ host, 'sec-fetch-site': 'same-site' }), 403)
  await assertProblem(await post({ host: 'other.example.edu' }), 421)
  assert.equal((await post({ host: '192.0.2.1:5000' })).status, 200, 'an address cannot be rebound')
})
