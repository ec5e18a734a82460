import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health } from '../../src/api/health/health.ts'
import { newSecret } from '../../src/core/access-secret.ts'
import { openGuardedApi, signedIn } from './support/guarded-api.ts'
import { makeToken } from './support/guarded-server.ts'
import { BASE, openTestApi, VERSION } from './support/test-api.ts'

test('health is healthy with 200 when the database and the log folder are well', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/health`), {
    timestamp: '2026-11-22T10:15:00.000Z',
    status: 'healthy',
    database: 'ok',
    logs_directory: 'ok',
    notifications: 'ok',
    critical_incidents: 0,
  })
})

test('how many critical incidents there are is told to who reads of all users; the rest is for everybody', async () => {
  const api = await openGuardedApi()
  const read = await makeToken(api.store, ['read'])
  const count = async (shown: object): Promise<number | null> => {
    const answer = await api.ask('/health', shown)
    assert.equal(answer.status, 200)
    return ((await answer.json()) as Health).critical_incidents
  }
  assert.equal(await count({ token: read }), 0)
  assert.equal(await count({ cookie: await signedIn(api, read) }), 0)
  assert.equal(await count({}), null)
  for (const scope of ['read:user:42', 'ingest']) {
    assert.equal(await count({ token: await makeToken(api.store, [scope]) }), null, scope)
  }
  assert.ok(!(await api.audited()).includes('refused'))
  assert.equal(await count({ token: newSecret('token').text }), null)
  assert.ok((await api.audited()).includes('refused'), 'who tries tokens here is noticed as well')
})

test('health tells of the database though who asks cannot be found out without it', async () => {
  const api = await openGuardedApi()
  const token = await makeToken(api.store, ['read'])
  await api.store.close()
  const answer = await api.ask('/health', { token })
  assert.equal(((await answer.json()) as Health).critical_incidents, null)
})

test('health is degraded with 503 when the database is not well', async () => {
  const api = await openTestApi({
    health: () => Promise.resolve({ ok: false, message: 'The database is locked.' }),
  })
  const response = await api.request(`${BASE}/health`)
  assert.equal(response.status, 503)
  assert.deepEqual(await response.json(), {
    timestamp: '2026-11-22T10:15:00.000Z',
    status: 'degraded',
    database: 'error',
    logs_directory: 'ok',
    notifications: 'ok',
    critical_incidents: null,
    error: 'The database does not answer.',
  })
})

test('health is degraded with 503 when the log folder is not well', async () => {
  const api = await openTestApi()
  api.logs.directory = { ok: false, message: null }
  const response = await api.request(`${BASE}/health`)
  assert.equal(response.status, 503)
  const health = (await response.json()) as Health
  assert.equal(health.status, 'degraded')
  assert.equal(health.database, 'ok')
  assert.equal(health.logs_directory, 'error')
  assert.equal(health.error, 'The log folder cannot be written.')
})

test('a check that throws is degraded and tells its reason to the operator alone', async () => {
  const reason = new Error('password=secret refused by db.internal')
  const api = await openTestApi({ health: () => Promise.reject(reason) })
  const response = await api.request(`${BASE}/health`)
  assert.equal(response.status, 503)
  const text = await response.text()
  assert.doesNotMatch(text, /secret|db\.internal/)
  assert.match(text, /The database does not answer/)
  assert.equal(api.errors[0]?.error, reason)
})

test('livez answers while nothing else does', async () => {
  const api = await openTestApi({ health: () => Promise.reject(new Error('gone')) })
  assert.deepEqual(await api.read('/livez'), { status: 'pass', version: VERSION })
})

test('readyz passes when requests can be served', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read('/readyz'), {
    status: 'pass',
    version: VERSION,
    checks: { database: 'pass', logs_directory: 'pass' },
  })
})

test('readyz is a 503 that says which check fails, and the reasons to the operator alone', async () => {
  const api = await openTestApi({
    health: () => Promise.resolve({ ok: false, message: 'The database is locked.' }),
  })
  api.logs.directory = { ok: false, message: 'EACCES: /srv/logs' }
  const response = await api.request('/readyz')
  assert.equal(response.status, 503)
  assert.deepEqual(await response.json(), {
    status: 'fail',
    version: VERSION,
    checks: { database: 'fail', logs_directory: 'fail' },
    error: 'The database does not answer. The log folder cannot be written.',
  })
  assert.deepEqual(
    api.errors.map(({ error }) => (error as Error).message),
    ['The database is locked.', 'EACCES: /srv/logs'],
  )
})
