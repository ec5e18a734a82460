import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Summary } from '../../src/api/syncs/summary.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const DAY_MS = 86_400_000

test('the summary has every field, at zero, when there are no syncs', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/summary`), {
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
    average_api_call_duration_ms: 0,
    unique_users: 0,
  })
})

test('the summary adds up the syncs of all users', async () => {
  const api = await openTestApi()
  const counters = { courses_processed: 3, assignments_processed: 20, api_calls_made: 4, api_calls_failed: 1 }
  await api.given(
    sync.completed({ duration_seconds: 10, counters: { ...counters, total_api_duration_ms: 100 } }),
    sync.completed({
      user_id: 'x',
      duration_seconds: 20,
      counters: { ...counters, total_api_duration_ms: 302 },
    }),
    sync.failed({ user_id: null, duration_seconds: 1 }),
  )
  assert.deepEqual(await api.read(`${BASE}/summary`), {
    period_days: 7,
    total_syncs: 3,
    finished_syncs: 3,
    successful_syncs: 2,
    failed_syncs: 1,
    success_rate: 66.666,
    total_duration_seconds: 31,
    average_duration_seconds: 10.333,
    total_courses_processed: 6,
    total_assignments_processed: 40,
    total_api_calls: 8,
    total_api_failures: 2,
    recent_error: 'The token has expired.',
    average_api_call_duration_ms: 50.25,
    unique_users: 2,
  })
})

test('running syncs count as syncs but not in the success rate or the average duration', async () => {
  const api = await openTestApi()
  await api.given(sync.completed({ duration_seconds: 30 }), sync.inProgress(), sync.inProgress())
  const summary = await api.read<Summary>(`${BASE}/summary`)
  assert.equal(summary.total_syncs, 3)
  assert.equal(summary.success_rate, 100)
  assert.equal(summary.average_duration_seconds, 30)
})

test('a partial or cancelled sync is neither a success nor a failure, and lowers the success rate', async () => {
  const api = await openTestApi()
  await api.given(sync.completed(), sync.partial(), sync.cancelled(), sync.lost())
  const summary = await api.read<Summary>(`${BASE}/summary`)
  assert.equal(summary.successful_syncs, 1)
  assert.equal(summary.failed_syncs, 1)
  assert.equal(summary.success_rate, 25)
})

test('only syncs that started inside the period count', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  await api.given(
    sync.completed({ started_at: now - 7 * DAY_MS }),
    sync.failed({ started_at: now - 7 * DAY_MS - 1 }),
  )
  const week = await api.read<Summary>(`${BASE}/summary`)
  assert.equal(week.total_syncs, 1)
  assert.equal(week.recent_error, null)
  const longer = await api.read<Summary>(`${BASE}/summary?days=8`)
  assert.equal(longer.total_syncs, 2)
  assert.equal(longer.period_days, 8)
  assert.equal(longer.recent_error, 'The token has expired.')
})

test('the recent error is the newest message, past failures that have none', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  await api.given(
    sync.failed({ started_at: now - 3000, error_message: 'The oldest.' }),
    sync.partial({ started_at: now - 2000, error_message: 'The newest.' }),
    sync.failed({ started_at: now - 1000, error_message: null }),
    sync.cancelled({ started_at: now - 500, error_message: 'Stopped by hand.' }),
  )
  assert.equal((await api.read<Summary>(`${BASE}/summary`)).recent_error, 'The newest.')
})
