import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SYNC_STATUSES } from '../../src/core/sync-status.ts'
import type { UserSummary, UserSyncList } from '../../src/api/syncs/users.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

test('the summary of an unknown user has every field, at zero', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/user/42/summary`), {
    user_id: 42,
    period_days: 7,
    total_syncs: 0,
    finished_syncs: 0,
    successful_syncs: 0,
    failed_syncs: 0,
    success_rate: 0,
    total_duration_seconds: 0,
    average_duration_seconds: 0,
    total_courses_processed: 0,
    total_assignments_processed: 0,
    total_api_calls: 0,
    total_api_failures: 0,
    recent_error: null,
  })
})

test("a user's summary counts that user's syncs alone", async () => {
  const api = await openTestApi()
  const counters = {
    courses_processed: 2,
    assignments_processed: 10,
    api_calls_made: 8,
    api_calls_failed: 1,
  }
  await api.given(
    sync.completed({ user_id: '42', duration_seconds: 60, counters }),
    sync.failed({ user_id: '42', duration_seconds: 30, counters, error_message: 'Canvas said no.' }),
    sync.failed({ user_id: '7', error_message: "Another user's." }),
  )
  assert.deepEqual(await api.read(`${BASE}/user/42/summary?days=30`), {
    user_id: 42,
    period_days: 30,
    total_syncs: 2,
    finished_syncs: 2,
    successful_syncs: 1,
    failed_syncs: 1,
    success_rate: 50,
    total_duration_seconds: 90,
    average_duration_seconds: 45,
    total_courses_processed: 4,
    total_assignments_processed: 20,
    total_api_calls: 16,
    total_api_failures: 2,
    recent_error: 'Canvas said no.',
  })
})

test('a user id leaves as a number when it is a canonical safe integer, and as text otherwise', async () => {
  const api = await openTestApi()
  const cases: [string, string | number][] = [
    ['42', 42],
    ['-3', -3],
    ['007', '007'],
    ['9007199254740993', '9007199254740993'],
    ['a.b@example.org', 'a.b@example.org'],
    ['teams/red', 'teams/red'],
    ['Jürgen', 'Jürgen'],
  ]
  for (const [user_id, emitted] of cases) {
    await api.given(sync.completed({ user_id }))
    const path = `${BASE}/user/${encodeURIComponent(user_id)}`
    assert.equal((await api.read<UserSummary>(`${path}/summary`)).user_id, emitted)
    const list = await api.read<UserSyncList>(`${path}/syncs`)
    assert.equal(list.user_id, emitted)
    assert.deepEqual(
      list.syncs.map((record) => record.user_id),
      [emitted],
    )
  }
})

test('the syncs of an unknown user are an empty list', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/user/nobody/syncs`), { user_id: 'nobody', count: 0, syncs: [] })
})

test("a user's syncs are listed newest first, 50 unless told otherwise", async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  const ids = await api.given(
    ...Array.from({ length: 52 }, (_, index) => sync.completed({ started_at: now - (52 - index) * 1000 })),
    sync.completed({ user_id: '7' }),
  )
  const list = await api.read<UserSyncList>(`${BASE}/user/42/syncs`)
  assert.equal(list.count, 50)
  assert.deepEqual(
    list.syncs.map(({ id }) => id),
    ids.slice(0, 52).toReversed().slice(0, 50),
  )
  assert.equal((await api.read<UserSyncList>(`${BASE}/user/42/syncs?limit=500`)).count, 52)
  assert.equal((await api.read<UserSyncList>(`${BASE}/user/42/syncs?limit=1`)).count, 1)
})

test("a user's syncs can be narrowed to each status", async () => {
  const api = await openTestApi()
  const states = [sync.completed, sync.partial, sync.failed, sync.cancelled, sync.lost, sync.inProgress]
  await api.given(...states.map((state) => state()))
  for (const status of SYNC_STATUSES) {
    const { syncs } = await api.read<UserSyncList>(`${BASE}/user/42/syncs?status=${status}`)
    const expected = status === 'timed_out' ? [] : [status]
    assert.deepEqual(
      syncs.map((record) => record.sync_status),
      expected,
    )
  }
})
