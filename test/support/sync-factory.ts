import { noCounters, type CourseOutcome } from '../../src/core/sync-record.ts'
import type { SyncFinish, SyncProgress, SyncStart } from '../../src/store/sync-store.ts'

/** 2026-11-22T10:15:00Z, when the syncs of the tests start unless they say otherwise. */
export const START: number = Date.parse('2026-11-22T10:15:00.000Z')

export function syncStart(sync_task_id: string, changes: Partial<SyncStart> = {}): SyncStart {
  return {
    sync_task_id,
    user_id: '42',
    sync_type: 'all',
    target_course_id: null,
    incremental_sync: false,
    use_pagination: true,
    chunk_size: null,
    sync_metadata: null,
    trigger: 'manual',
    host: 'worker-1',
    pid: 4711,
    process_started: '881234',
    started_at: START,
    ...changes,
  }
}

export function syncProgress(changes: Partial<SyncProgress> = {}): SyncProgress {
  return {
    counters: noCounters(),
    heartbeat_at: START + 1000,
    progress_percent: null,
    progress_current: null,
    api_rate_limit_remaining_min: null,
    target_course_id: null,
    incremental_sync: false,
    chunk_size: null,
    sync_metadata: null,
    ...changes,
  }
}

export function syncFinish(changes: Partial<SyncFinish> = {}): SyncFinish {
  const finished_at = changes.finished_at ?? START + 210_500
  return {
    ...syncProgress(),
    heartbeat_at: finished_at,
    status: 'completed',
    error_type: null,
    error_message: null,
    finished_at,
    duration_ms: 210_500,
    ...changes,
  }
}

export function courseOutcome(course_id: string, changes: Partial<CourseOutcome> = {}): CourseOutcome {
  return {
    course_id,
    outcome: 'completed',
    reason: null,
    error_type: null,
    error_message: null,
    started_at: START,
    finished_at: START + 4000,
    duration_ms: 4000.25,
    api_calls: 3,
    rows_deleted: 0,
    deletions_held: 0,
    entities: {},
    ...changes,
  }
}
