import type {
  IngestCourseOutcome,
  IngestFinish,
  IngestHeartbeat,
  IngestStart,
  IngestState,
} from '../core/ingest-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { SyncFinish, SyncProgress, SyncStart } from '../store/sync-store.ts'
import {
  wireAmount,
  wireCounts,
  wireMetadata,
  wireName,
  wireNameOrNull,
  wireText,
  wireTime,
} from './wire-values.ts'

// Each begins with type, task_id and id, by which `headOf` knows it. The lines of a tracked sync are sent as they are,
// so that nothing else may write one for it, nor count.

export function startEvent(start: SyncStart, id: string): IngestStart {
  return {
    type: 'start',
    task_id: wireName(start.sync_task_id),
    id,
    at: wireTime(start.started_at),
    quiet: true,
    user_id: wireNameOrNull(start.user_id),
    sync_type: wireName(start.sync_type),
    target_course_id: wireNameOrNull(start.target_course_id),
    incremental: start.incremental_sync,
    use_pagination: start.use_pagination,
    chunk_size: start.chunk_size === null ? null : wireAmount(start.chunk_size),
    metadata: wireMetadata(start.sync_metadata),
    trigger: wireName(start.trigger),
    host: wireName(start.host),
    started_at: wireTime(start.started_at),
  }
}

export function stateEvent(task_id: string, progress: SyncProgress, id: string): IngestState {
  const { progress_current, running_ms, chunk_size, api_rate_limit_remaining_min: remaining } = progress
  return {
    type: 'state',
    task_id: wireName(task_id),
    id,
    at: wireTime(progress.heartbeat_at),
    quiet: true,
    counters: wireCounts(progress.counters),
    ...(running_ms === undefined ? {} : { running_ms: wireAmount(running_ms) }),
    progress_percent: progress.progress_percent,
    progress_current: progress_current === null ? null : wireText(progress_current, 8192),
    api_rate_limit_remaining_min: remaining === null || Math.abs(remaining) > 1e12 ? null : remaining,
    target_course_id: wireNameOrNull(progress.target_course_id),
    incremental_sync: progress.incremental_sync,
    chunk_size: chunk_size === null ? null : wireAmount(chunk_size),
    sync_metadata: wireMetadata(progress.sync_metadata),
  }
}

export function outcomeEvent(task_id: string, outcome: CourseOutcome, id: string): IngestCourseOutcome {
  const { duration_ms, api_calls, rows_deleted, deletions_held } = outcome
  const entities = Object.entries(outcome.entities).map(([name, counts]) => [name, wireCounts(counts)])
  return {
    type: 'course_outcome',
    task_id: wireName(task_id),
    id,
    at: wireTime(outcome.finished_at),
    quiet: true,
    ...outcome,
    ...wireCounts({ duration_ms, api_calls, rows_deleted, deletions_held }),
    course_id: wireName(outcome.course_id),
    started_at: wireTime(outcome.started_at),
    finished_at: wireTime(outcome.finished_at),
    entities: Object.fromEntries(entities) as CourseOutcome['entities'],
  }
}

export function finishEvent(task_id: string, finish: SyncFinish, id: string): IngestFinish {
  const { status, error_type, error_message, finished_at, duration_ms, may_be_empty = false } = finish
  return {
    type: 'finish',
    task_id: wireName(task_id),
    id,
    at: wireTime(finished_at),
    quiet: true,
    status,
    error_type,
    error_message,
    finished_at: wireTime(finished_at),
    duration_ms: wireAmount(duration_ms),
    ...(may_be_empty ? { may_be_empty } : {}),
  }
}

export function heartbeatEvent(task_id: string): string {
  const event: IngestHeartbeat = { type: 'heartbeat', task_id }
  return JSON.stringify(event)
}
