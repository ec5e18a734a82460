import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health } from '../../src/api/health/health.ts'
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
