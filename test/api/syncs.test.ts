import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { noEntityCounts } from '../../src/core/synced-entity.ts'
import type { SyncPageQuery } from '../../src/store/sync-lists.ts'
import type { CourseOutcomeList, StatusChangeList, SyncList } from '../../src/api/syncs/sync-schemas.ts'
import type { FailedSyncList } from '../../src/api/syncs/syncs.ts'
import { assertProblem } from './support/assert-problem.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'
import { openTestStore, withRecordPage } from './support/test-store.ts'

const DAY_MS = 86_400_000

test('a sync is read by its id, with every field of the record', async () => {
  const api = await openTestApi()
  const [id] = await api.given(
    sync.completed({
      task_id: 'abc123',
      duration_seconds: 210.5,
      counters: { courses_processed: 25, courses_created: 2, courses_updated: 23, api_calls_made: 1240 },
      metadata: { term: 'fall' },
    }),
  )
  assert.deepEqual(await api.read(`${BASE}/sync/${id}`), {
    id,
    sync_task_id: 'abc123',
    user_id: 42,
    sync_start_time: '2026-11-22T09:15:00.000Z',
    sync_end_time: '2026-11-22T09:18:30.500Z',
    total_duration_seconds: 210.5,
    sync_status: 'completed',
    error_message: null,
    sync_type: 'all',
    target_course_id: null,
    courses: { processed: 25, created: 2, updated: 23 },
    assignments: { processed: 0, created: 0, updated: 0 },
    submissions: { processed: 0, created: 0, updated: 0 },
    grades: { processed: 0, updated: 0 },
    api_metrics: {
      calls_made: 1240,
      calls_failed: 0,
      total_duration_ms: 0,
      rate_limit_hits: 0,
      request_cost: 0,
      rate_limit_remaining_min: null,
      throttle_wait_ms: 0,
    },
    database_metrics: { operations: 0, duration_ms: 0 },
    data_size_bytes: 0,
    incremental_sync: false,
    use_pagination: true,
    chunk_size: null,
    metadata: { term: 'fall' },
    error_type: null,
    deletions: { deleted: 0, held: 0 },
    progress: { percent: null, current: null },
    heartbeat_at: '2026-11-22T09:18:30.500Z',
    source_id: null,
    trigger: 'manual',
    host: 'worker-1',
    repaired_from: null,
    records_lost: 0,
    error_group_id: null,
  })
})

test('a running sync has no end and no duration', async () => {
  const api = await openTestApi()
  const [id] = await api.given(sync.inProgress())
  const record = await api.read<SyncRecord>(`${BASE}/sync/${id}`)
  assert.equal(record.sync_status, 'in_progress')
  assert.equal(record.sync_end_time, null)
  assert.equal(record.total_duration_seconds, null)
})

test('an unknown sync is a 404 with the words of the earlier system', async () => {
  const api = await openTestApi()
  for (const path of ['sync/7', 'sync/task/none', 'sync/7/courses', 'sync/7/status-changes']) {
    const problem = await assertProblem(await api.request(`${BASE}/${path}`), 404)
    assert.equal(problem.error, 'Sync metrics not found')
    assert.equal(problem.instance, `${BASE}/${path}`)
    assert.equal(problem.title, 'Not Found')
    assert.equal(problem.type, 'about:blank')
  }
})

test('any task id finds its sync again when it is percent-encoded', async () => {
  // A path segment of one or two dots is no segment, encoded or not: clients and servers resolve it away.
  const taskIds = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((id) => id !== '.' && id !== '..' && !id.includes('\0'))
  const peculiar = fc.constantFrom('a/b', 'a%2Fb', '100%', '?#&=+ ', '\\', 'courses', '😀', '%')
  const batches = fc.uniqueArray(fc.oneof(taskIds, peculiar), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(batches, async (task_ids) => {
      const api = await openTestApi()
      await api.given(...task_ids.map((task_id) => sync.completed({ task_id })))
      for (const task_id of task_ids) {
        const record = await api.read<SyncRecord>(`${BASE}/sync/task/${encodeURIComponent(task_id)}`)
        assert.equal(record.sync_task_id, task_id)
      }
    }),
    { numRuns: 20 },
  )
})

test('the courses of a sync are told with their outcome, their counts and their error', async () => {
  const api = await openTestApi()
  const [id = 0] = await api.given(sync.partial())
  const counts = { ...noEntityCounts(), processed: 4, created: 1, updated: 1, unchanged: 2, held: 2 }
  await api.syncs.saveCourseOutcome(id, {
    course_id: '101',
    outcome: 'failed',
    reason: null,
    error_type: 'timeout',
    error_message: 'Canvas took too long.',
    started_at: Date.parse('2026-11-22T09:15:01.000Z'),
    finished_at: Date.parse('2026-11-22T09:15:03.500Z'),
    duration_ms: 2500,
    api_calls: 3,
    rows_deleted: 1,
    deletions_held: 2,
    entities: {
      assignments: counts,
    },
  })
  assert.deepEqual(await api.read<CourseOutcomeList>(`${BASE}/sync/${id}/courses`), {
    sync_id: id,
    count: 1,
    courses: [
      {
        course_id: 101,
        outcome: 'failed',
        reason: null,
        error_type: 'timeout',
        error_message: 'Canvas took too long.',
        started_at: '2026-11-22T09:15:01.000Z',
        finished_at: '2026-11-22T09:15:03.500Z',
        duration_ms: 2500,
        api_calls: 3,
        deletions: { deleted: 1, held: 2 },
        entities: {
          assignments: counts,
        },
      },
    ],
    next_cursor: null,
  })
})

test('a sync without course outcomes has an empty list of them', async () => {
  const api = await openTestApi()
  const [id] = await api.given(sync.completed())
  assert.deepEqual(await api.read(`${BASE}/sync/${id}/courses`), {
    sync_id: id,
    count: 0,
    courses: [],
    next_cursor: null,
  })
})

test('the status changes of a sync are told oldest first', async () => {
  const api = await openTestApi()
  const [id] = await api.given(sync.lost())
  assert.deepEqual(await api.read<StatusChangeList>(`${BASE}/sync/${id}/status-changes`), {
    sync_id: id,
    count: 2,
    status_changes: [
      { old_status: null, new_status: 'in_progress', reason: null, changed_at: '2026-11-22T09:15:00.000Z' },
      {
        old_status: 'in_progress',
        new_status: 'lost',
        reason: 'The process is gone.',
        changed_at: '2026-11-22T10:15:00.000Z',
      },
    ],
  })
})

test('recent is empty when there are no syncs', async () => {
  const api = await openTestApi()
  assert.deepEqual(await api.read(`${BASE}/recent`), { count: 0, syncs: [] })
})

test('recent lists the newest first, 20 unless told otherwise', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  const ids = await api.given(
    ...Array.from({ length: 22 }, (_, index) => sync.completed({ started_at: now - (22 - index) * 1000 })),
  )
  const recent = await api.read<SyncList>(`${BASE}/recent`)
  assert.equal(recent.count, 20)
  assert.deepEqual(
    recent.syncs.map(({ id }) => id),
    ids.toReversed().slice(0, 20),
  )
  assert.equal((await api.read<SyncList>(`${BASE}/recent?limit=100`)).count, 22)
})

test('failed is empty, and says its period, when nothing failed', async () => {
  const api = await openTestApi()
  await api.given(sync.completed(), sync.partial(), sync.cancelled(), sync.inProgress())
  assert.deepEqual(await api.read(`${BASE}/failed`), { count: 0, period_days: 7, syncs: [] })
})

test('failed lists failed and lost syncs of its period, newest first', async () => {
  const api = await openTestApi()
  const now = api.clock.now()
  const [old, failed, lost] = await api.given(
    sync.failed({ started_at: now - 8 * DAY_MS }),
    sync.failed({ started_at: now - 6 * DAY_MS }),
    sync.lost({ started_at: now - DAY_MS }),
    sync.completed(),
  )
  const week = await api.read<FailedSyncList>(`${BASE}/failed`)
  assert.deepEqual(
    week.syncs.map(({ id }) => id),
    [lost, failed],
  )
  assert.equal(week.count, 2)
  const month = await api.read<FailedSyncList>(`${BASE}/failed?days=30&limit=100`)
  assert.equal(month.period_days, 30)
  assert.equal(month.syncs.at(-1)?.id, old)
})

test('failed asks for failed, lost and timed out syncs', async () => {
  const queries: SyncPageQuery[] = []
  const opened = await openTestStore()
  const store = withRecordPage(opened, (query) => {
    queries.push(query)
    return opened.lists.recordPage(query)
  })
  const api = await openTestApi({ store })
  await api.read(`${BASE}/failed?limit=5`)
  const since = api.clock.now() - 7 * DAY_MS
  const condition = { statuses: ['failed', 'lost', 'timed_out'], since }
  assert.deepEqual(queries, [{ condition, sort: 'newest', limit: 5, after: null }])
})
