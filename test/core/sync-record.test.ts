import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounters, toSyncRecord, type SyncRow } from '../../src/core/sync-record.ts'

const row: SyncRow = {
  ...noCounters(),
  id: 1,
  sync_task_id: 'abc123',
  user_id: '42',
  sync_start_time: Date.parse('2026-11-22T10:15:00.000Z'),
  sync_end_time: Date.parse('2026-11-22T10:18:30.500Z'),
  total_duration_seconds: 210.5,
  sync_status: 'completed',
  error_type: null,
  error_message: null,
  sync_type: 'all',
  target_course_id: null,
  courses_processed: 25,
  courses_created: 2,
  courses_updated: 23,
  assignments_processed: 340,
  assignments_created: 15,
  assignments_updated: 325,
  api_calls_made: 1240,
  api_calls_failed: 2,
  total_api_duration_ms: 8450.5,
  db_operations: 12,
  db_duration_ms: 41.2,
  incremental_sync: true,
  use_pagination: true,
  chunk_size: 10,
  sync_metadata: null,
  source_id: 3,
  scope: 'courses',
  trigger: 'schedule',
  host: 'worker-1',
  pid: 4711,
  process_started: '1',
  heartbeat_count: 3,
  running_ms: 210_000,
  heartbeat_at: Date.parse('2026-11-22T10:18:30.500Z'),
  progress_percent: 100,
  progress_current: null,
  api_rate_limit_remaining_min: 512.5,
  repaired_from: null,
  error_group_id: null,
}

/** The record as it was promised to the earlier system's dashboards, to the letter. */
const PROMISED = `{"id": 1, "sync_task_id": "abc123", "user_id": 42,
 "sync_start_time": "2026-11-22T10:15:00.000Z", "sync_end_time": "2026-11-22T10:18:30.500Z",
 "total_duration_seconds": 210.5, "sync_status": "completed", "error_message": null,
 "sync_type": "all", "target_course_id": null,
 "courses": {"processed": 25, "created": 2, "updated": 23},
 "assignments": {"processed": 340, "created": 15, "updated": 325},
 "submissions": {"processed": 0, "created": 0, "updated": 0},
 "grades": {"processed": 0, "updated": 0},
 "api_metrics": {"calls_made": 1240, "calls_failed": 2, "total_duration_ms": 8450.5, "rate_limit_hits": 0},
 "database_metrics": {"operations": 12, "duration_ms": 41.2},
 "data_size_bytes": 0, "incremental_sync": true, "use_pagination": true, "chunk_size": 10, "metadata": null}`

const emit = (changes: Partial<SyncRow> = {}): Record<string, unknown> =>
  JSON.parse(JSON.stringify(toSyncRecord({ ...row, ...changes }))) as Record<string, unknown>

describe('a sync record in JSON', () => {
  it('has every promised field under its name, with its type and in its order', () => {
    const promised = JSON.parse(PROMISED) as Record<string, unknown>
    assert.partialDeepStrictEqual(emit(), promised)
    assert.deepEqual(Object.keys(emit()).slice(0, Object.keys(promised).length), Object.keys(promised))
  })

  it('adds its own fields behind and beside the promised ones', () => {
    const { api_metrics, ...record } = emit()
    const costs = { request_cost: 0, rate_limit_remaining_min: 512.5, throttle_wait_ms: 0 }
    assert.partialDeepStrictEqual(api_metrics, costs)
    const added = {
      error_type: null,
      deletions: { deleted: 0, held: 0 },
      progress: { percent: 100, current: null },
      heartbeat_at: '2026-11-22T10:18:30.500Z',
      source_id: 3,
      trigger: 'schedule',
      host: 'worker-1',
      repaired_from: null,
      records_lost: 0,
      error_group_id: null,
    }
    assert.partialDeepStrictEqual(record, added)
  })

  it('tells a running sync by nulls, not by missing fields', () => {
    const running = emit({ sync_status: 'in_progress', sync_end_time: null, total_duration_seconds: null })
    assert.partialDeepStrictEqual(running, { sync_end_time: null, total_duration_seconds: null })
  })

  it('keeps ids that a number cannot hold as text', () => {
    const large = emit({ user_id: '9007199254740993', target_course_id: '10000000000000007' })
    assert.partialDeepStrictEqual(large, {
      user_id: '9007199254740993',
      target_course_id: '10000000000000007',
    })
  })

  it('rounds away the noise of sums and nothing more', () => {
    const noisy = emit({ total_duration_seconds: 0.1 + 0.2, db_duration_ms: 41.199999999999996 })
    assert.equal(noisy['total_duration_seconds'], 0.3)
    assert.deepEqual(noisy['database_metrics'], { operations: 12, duration_ms: 41.2 })
  })
})
