import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenCreated, TokenList } from '../../src/api/access/tokens.ts'
import { hasDigest, newSecret, SECRET_SHAPE, secretId } from '../../src/core/access-secret.ts'
import { callerWith, isTokenScope, maySee } from '../../src/core/access.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedApi, signedIn } from './support/guarded-api.ts'
import { makeToken } from './support/guarded-server.ts'

test('a secret is well formed, recognised, and a slip of one letter is seen without a database', () => {
  for (const kind of ['token', 'session'] as const) {
    const { id, text, digest } = newSecret(kind)
    assert.match(text, SECRET_SHAPE)
    assert.equal(secretId(kind, text), id)
    assert.equal(secretId(kind === 'token' ? 'session' : 'token', text), null)
    assert.ok(hasDigest(text, digest))
    assert.ok(!hasDigest(`${text}x`, digest) && !hasDigest(text, '') && !hasDigest(text, digest.slice(2)))
    for (let place = 0; place < text.length; place++) {
      const slip = text.slice(0, place) + (text[place] === 'a' ? 'b' : 'a') + text.slice(place + 1)
      assert.equal(secretId(kind, slip), null, slip)
    }
    for (const wrong of ['', 'csm_', text.slice(1), `${text} `, ` ${text}`, text.toLowerCase()]) {
      assert.equal(secretId(kind, wrong), null)
    }
  }
  assert.equal(new Set(Array.from({ length: 1000 }, () => newSecret('token').text)).size, 1000)
})

test('scopes say what a caller may do and whose data it may see', () => {
  const token = (scopes: readonly string[]): Parameters<typeof callerWith>[1] => ({
    id: 'x',
    name: 'n',
    scopes,
  })
  const { scopes, users } = callerWith('token', token(['read:user:42', 'read:user:a:b', 'ingest']))
  assert.deepEqual([...scopes].sort(), ['ingest', 'read'])
  assert.deepEqual(users, ['42', 'a:b'])
  assert.equal(callerWith('token', token(['read:user:42', 'read'])).users, null)
  assert.deepEqual(
    [...callerWith('token', token(['admin', 'read:user:42'])).scopes],
    ['read', 'ingest', 'admin'],
  )
  assert.equal(callerWith('token', token(['admin', 'read:user:42'])).users, null)
  const ingest_only = callerWith('token', token(['ingest']))
  assert.equal(maySee(ingest_only, '42'), false)
  assert.equal(maySee({ ...ingest_only, users }, null), false)
  for (const right of ['read', 'ingest', 'admin', 'read:user:0', `read:user:${'ä'.repeat(255)}`]) {
    assert.ok(isTokenScope(right), right)
  }
  for (const wrong of [
    '',
    'Read',
    'read:',
    'read:user:',
    'write',
    'read:user:\0',
    `read:user:${'a'.repeat(256)}`,
  ]) {
    assert.ok(!isTokenScope(wrong), wrong)
  }
})

test('an administrator makes, lists and revokes tokens, and each is in the audit log', async () => {
  const api = await openGuardedApi()
  const admin = await makeToken(api.store, ['admin'])
  const asked = { name: ' grafana ', scopes: ['read:user:42', 'read:user:42'], expires_in_days: 90 }
  const made = await api.ask('/tokens', { method: 'POST', token: admin, body: asked })
  assert.equal(made.status, 201)
  assert.equal(made.headers.get('cache-control'), 'no-store')
  const { token, ...shown } = (await made.json()) as TokenCreated
  assert.equal(shown.name, 'grafana')
  assert.deepEqual(shown.scopes, ['read:user:42'])
  assert.equal(shown.created_by, `token:${secretId('token', admin)}`)
  assert.equal(Date.parse(shown.expires_at ?? '') - api.clock.now(), 90 * 86_400_000)
  assert.equal((await api.ask('/recent', { token })).status, 200)

  await api.gate.settle()
  const list = (await (await api.ask('/tokens', { token: admin })).json()) as TokenList
  assert.equal(list.count, 2)
  assert.ok(!JSON.stringify(list).includes(token.slice(20)))
  assert.notEqual(list.tokens.find(({ id }) => id === shown.id)?.last_used_at, null)

  const revoked = await api.ask(`/tokens/${shown.id}/revoke`, { method: 'POST', token: admin })
  assert.equal(((await revoked.json()) as TokenCreated).status, 'revoked')
  const refused = await assertProblem(await api.ask('/recent', { token }), 401)
  assert.equal(refused.error, 'The access token was revoked.')
  await assertProblem(await api.ask('/tokens/nothing/revoke', { method: 'POST', token: admin }), 404)
  assert.deepEqual(await api.audited(), ['token_created', 'token_created', 'token_revoked', 'refused'])
})

test('a token that is asked for wrongly is a 400 that names what is wrong', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['admin'])
  const right = { name: 'a', scopes: ['read'] }
  const wrong: readonly [object, string][] = [
    [{ ...right, name: '' }, 'name'],
    [{ ...right, name: 'a'.repeat(101) }, 'name'],
    [{ ...right, name: token }, 'name'],
    [{ ...right, scopes: [] }, 'scopes'],
    [{ ...right, scopes: ['write'] }, 'scopes'],
    [{ ...right, scopes: 'read,admin' }, 'scopes'],
    [{ ...right, scopes: [['read']] }, 'scopes'],
    [{ ...right, expires_in_days: 0 }, 'expires_in_days'],
  ]
  for (const [body, parameter] of wrong) {
    const problem = await assertProblem(await api.ask('/tokens', { method: 'POST', token, body }), 400)
    assert.equal(problem.parameter, parameter)
    assert.ok(!JSON.stringify(problem).includes(token))
  }
})

test('a token ends by itself at its time', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['read'], { expires_at: api.clock.now() + 1000 })
  const shown = (await (await api.ask('/session', { token })).json()) as { expires_at: string }
  assert.equal(Date.parse(shown.expires_at), api.clock.now() + 1000)
  const cookie = await signedIn(api, token)
  assert.equal((await api.ask('/recent', { token })).status, 200)
  api.clock.advance(1000)
  const refused = await assertProblem(await api.ask('/recent', { token }), 401)
  assert.equal(refused.error, 'The access token has expired.')
  await assertProblem(await api.ask('/recent', { cookie }), 401)
})

test('a token in the address is refused, whatever the parameter is called and wherever it comes from', async () => {
  for (const require_token of [true, false]) {
    const api = await openGuardedApi({ require_token })
    const token = await makeToken(api.store, ['admin'])
    for (const name of ['token', 'access_token', 'text', 'x']) {
      const refused = await assertProblem(await api.ask(`/recent?${name}=${token}`), 400)
      assert.match(refused.detail, /revoke this one/)
      assert.ok(!JSON.stringify(refused).includes(token))
    }
    await assertProblem(await api.ask(`/session?token=${token}`, { method: 'POST' }), 400)
    for (const path of [`/user/${token}/summary`, `/recent?a=${token.replaceAll('_', '%5f')}`]) {
      await assertProblem(await api.ask(path, { token }), 400)
    }
  }
})

test('the use of a token is written once a minute, not at each request', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['read'])
  const id = secretId('token', token) ?? ''
  const used = async (): Promise<number | null> => {
    await api.gate.settle()
    return (await api.store.access.findToken(id))?.last_used_at ?? null
  }
  const first = api.clock.now()
  await api.ask('/recent', { token })
  assert.equal(await used(), first)
  api.clock.advance(59_000)
  await api.ask('/recent', { token })
  assert.equal(await used(), first)
  api.clock.advance(1_000)
  await api.ask('/recent', { token })
  assert.equal(await used(), first + 60_000)
})

test('only what is like Bearer and a token counts as one', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['read'])
  const asked = async (authorization: string): Promise<number> =>
    (await api.ask('/recent', { headers: { authorization } })).status
  for (const right of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`]) {
    assert.equal(await asked(right), 200, right.slice(0, 10))
  }
  const wrong = [
    token,
    `Basic ${token}`,
    `Bearer${token}`,
    `Bearer ${token} x`,
    `Bearer ${token}, Bearer ${token}`,
  ]
  for (const each of [...wrong, 'Bearer', 'Bearer ', 'x'.repeat(5000)]) {
    assert.equal(await asked(each), 401, each.slice(0, 10))
  }
})
