import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionInfo } from '../../src/api/access/sessions.ts'
import { secretId } from '../../src/core/access-secret.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedApi, signedIn } from './support/guarded-api.ts'
import { makeToken } from './support/guarded-server.ts'

test('a session shows who one is, ends after 12 hours, after 2 idle ones, and with its token', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['read:user:42'])
  const cookie = await signedIn(api, token)
  assert.match(cookie, /^__Host-csm_session=csm_session_/)
  const session = (await (await api.ask('/session', { cookie })).json()) as SessionInfo
  assert.deepEqual(session, {
    kind: 'session',
    token_id: secretId('token', token),
    token_name: 'a test',
    scopes: ['read'],
    users: ['42'],
    expires_at: new Date(api.clock.now() + 12 * 3_600_000).toISOString(),
  })
  for (let hour = 1; hour < 12; hour++) {
    api.clock.advance(3_600_000)
    assert.equal((await api.ask('/recent', { cookie })).status, 200, `${hour}`)
    await api.gate.settle()
  }
  api.clock.advance(3_600_000)
  await assertProblem(await api.ask('/recent', { cookie }), 401)

  const idle = await signedIn(api, token)
  api.clock.advance(2 * 3_600_000 + 1)
  await assertProblem(await api.ask('/recent', { cookie: idle }), 401)

  const revoked = await signedIn(api, token)
  assert.equal((await api.ask('/recent', { cookie: revoked })).status, 200)
  const id = secretId('token', token) ?? ''
  const admin = await makeToken(api.store, ['admin'])
  await api.ask(`/tokens/${id}/revoke`, { method: 'POST', token: admin })
  await assertProblem(await api.ask('/recent', { cookie: revoked }), 401)
})

test('each sign-in has a new session, and a sign-out or another sign-in ends the old one on the server', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['admin'])
  const first = await signedIn(api, token)
  const response = await api.ask('/session', { method: 'POST', cookie: first, body: { token } })
  const second = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  assert.notEqual(second, first)
  await assertProblem(await api.ask('/recent', { cookie: first }), 401)
  const out = await api.ask('/session/end', { method: 'POST', cookie: second })
  assert.equal(out.status, 200)
  assert.match(out.headers.get('set-cookie') ?? '', /^__Host-csm_session=; .*Max-Age=0$/)
  await assertProblem(await api.ask('/recent', { cookie: second }), 401)
  assert.equal((await api.ask('/session/end', { method: 'POST', cookie: second })).status, 200)
  const actions = ['token_created', 'signed_in', 'signed_out', 'signed_in', 'signed_out']
  assert.deepEqual(
    (await api.audited()).filter((action) => action !== 'refused'),
    actions,
  )
})

test('a session id is no token, a token no session id, and two cookies are none', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['admin'])
  const cookie = await signedIn(api, token)
  const [, session = ''] = cookie.split('=')
  await assertProblem(await api.ask('/recent', { token: session }), 401)
  await assertProblem(await api.ask('/recent', { cookie: `__Host-csm_session=${token}` }), 401)
  await assertProblem(await api.ask('/recent', { cookie: `${cookie}; ${cookie}` }), 401)
  await assertProblem(await api.ask('/recent', { cookie: `csm_session=${session}` }), 401)
  assert.equal((await api.ask('/recent', { cookie: `a=b; ${cookie}; c=d` })).status, 200)
})
