import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../src/store/store.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedApi } from './support/guarded-api.ts'
import { givenTwoUsers, makeToken } from './support/guarded-server.ts'
import { BASE } from './support/test-api.ts'

test('looks of a token are in the audit log once in ten minutes for each user and route, its changes each time', async () => {
  const api = await openGuardedApi()
  const { of_42 } = await givenTwoUsers(api.store)
  const token = await makeToken(api.store, ['admin'])
  for (let time = 0; time < 100; time++) {
    await api.ask(`/sync/${of_42}`, { token })
    await api.ask('/sync/task/task-of-7', { token })
    api.clock.advance(1000)
  }
  await api.ask('/logs/cleanup', { method: 'POST', token })
  assert.deepEqual(await api.audited(), ['token_created', 'viewed', 'viewed', 'log_cleanup_started'])
  api.clock.advance(600_000)
  await api.ask(`/sync/${of_42}`, { token })
  assert.equal((await api.audited()).filter((action) => action === 'viewed').length, 3)
  const page = await (await api.ask('/audit?user_id=42&limit=1', { token })).json()
  const { entries, next_cursor } = page as {
    entries: { route: string; user_id: string }[]
    next_cursor: string
  }
  assert.equal(entries[0]?.route, `GET ${BASE}/sync/{id}`)
  const older = (await (await api.ask(`/audit?user_id=42&cursor=${next_cursor}`, { token })).json()) as {
    count: number
  }
  assert.equal(older.count, 1)
  await assertProblem(await api.ask('/audit?since=never', { token }), 400)
})

test('a look does not wait for the disk, a change does, and what the disk refused is written later', async () => {
  const api = await openGuardedApi()
  const { of_42 } = await givenTwoUsers(api.store)
  const token = await makeToken(api.store, ['admin'])
  const { access } = api.store
  const record = access.recordAudit.bind(access)
  const broken: Store['access']['recordAudit'] = () => Promise.reject(new Error('the disk is full'))
  access.recordAudit = broken
  assert.equal((await api.ask(`/sync/${of_42}`, { token })).status, 200)
  await api.gate.audit.flush()
  await assertProblem(await api.ask('/logs/cleanup', { method: 'POST', token }), 500)
  access.recordAudit = record
  assert.deepEqual(await api.audited(), ['token_created', 'viewed'])
})

test('what is gathered is written at the end', async () => {
  const api = await openGuardedApi()
  const { of_42 } = await givenTwoUsers(api.store)
  const token = await makeToken(api.store, ['read'])
  await api.ask(`/sync/${of_42}`, { token })
  await api.gate.close()
  const records = await api.store.access.listAudit({ action: 'viewed', limit: 10, before_id: null })
  assert.equal(records.length, 1)
})
