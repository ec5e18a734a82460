import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Performance } from '../../src/api/syncs/performance.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const DAY_MS = 86_400_000

test('performance has every field, at zero, when there are no syncs', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/performance`), {
    period_days: 30,
    sync_count: 0,
    duration: {
      min_seconds: 0,
      max_seconds: 0,
      avg_seconds: 0,
      total_seconds: 0,
      p50_seconds: 0,
      p95_seconds: 0,
      p99_seconds: 0,
      percentiles_exact: true,
    },
    api_calls: { total: 0, avg_per_sync: 0 },
    database: { total_operations: 0, avg_per_sync: 0 },
    items_processed: { total_courses: 0, total_assignments: 0, total_submissions: 0 },
  })
})

test('performance is that of completed syncs alone', async () => {
  const api = await openTestApi()
  const counters = {
    courses_processed: 1,
    assignments_processed: 2,
    submissions_processed: 3,
    api_calls_made: 5,
    db_operations: 7,
  }
  await api.given(
    ...[10, 20, 30, 41].map((duration_seconds) => sync.completed({ duration_seconds, counters })),
    sync.failed({ duration_seconds: 500, counters }),
    sync.partial({ duration_seconds: 1, counters }),
    sync.inProgress({ counters }),
  )
  assert.deepEqual(await api.read(`${BASE}/performance`), {
    period_days: 30,
    sync_count: 4,
    duration: {
      min_seconds: 10,
      max_seconds: 41,
      avg_seconds: 25.25,
      total_seconds: 101,
      p50_seconds: 20,
      p95_seconds: 41,
      p99_seconds: 41,
      percentiles_exact: true,
    },
    api_calls: { total: 20, avg_per_sync: 5 },
    database: { total_operations: 28, avg_per_sync: 7 },
    items_processed: { total_courses: 4, total_assignments: 8, total_submissions: 12 },
  })
})

test('performance looks back 30 days unless told otherwise', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  await api.given(
    sync.completed({ started_at: now - 29 * DAY_MS }),
    sync.completed({ started_at: now - 31 * DAY_MS }),
  )
  assert.equal((await api.read<Performance>(`${BASE}/performance`)).sync_count, 1)
  const quarter = await api.read<Performance>(`${BASE}/performance?days=90`)
  assert.equal(quarter.sync_count, 2)
  assert.equal(quarter.period_days, 90)
})
