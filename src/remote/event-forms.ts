import type {
  IngestCourseOutcome,
  IngestFinish,
  IngestHeartbeat,
  IngestLog,
  IngestStart,
  IngestState,
} from '../core/ingest-event.ts'
import type { LogEvent, LogStream, LogValue } from '../core/log-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { SyncFinish, SyncProgress, SyncStart } from '../store/sync-store.ts'

// The lines of a tracked sync are sent as they are: nothing else may write one for it.
const SILENT = { log: false } as const

export function startEvent(start: SyncStart, id: string): IngestStart {
  return {
    type: 'start',
    task_id: start.sync_task_id,
    id,
    at: start.started_at,
    ...SILENT,
    user_id: start.user_id,
    sync_type: start.sync_type,
    target_course_id: start.target_course_id,
    incremental: start.incremental_sync,
    use_pagination: start.use_pagination,
    chunk_size: start.chunk_size,
    metadata: start.sync_metadata,
    trigger: start.trigger,
    host: start.host,
    started_at: start.started_at,
  }
}

export function stateEvent(task_id: string, progress: SyncProgress, id: string): IngestState {
  return {
    type: 'state',
    task_id,
    id,
    at: progress.heartbeat_at,
    ...SILENT,
    counters: progress.counters,
    progress_percent: progress.progress_percent,
    progress_current: progress.progress_current,
    api_rate_limit_remaining_min: progress.api_rate_limit_remaining_min,
    target_course_id: progress.target_course_id,
    incremental_sync: progress.incremental_sync,
    chunk_size: progress.chunk_size,
    sync_metadata: progress.sync_metadata,
  }
}

export function outcomeEvent(task_id: string, outcome: CourseOutcome, id: string): IngestCourseOutcome {
  return { type: 'course_outcome', task_id, id, at: outcome.finished_at, ...SILENT, ...outcome }
}

export function finishEvent(task_id: string, finish: SyncFinish, id: string): IngestFinish {
  const { status, error_type, error_message, finished_at, duration_ms } = finish
  return {
    type: 'finish',
    task_id,
    id,
    at: finished_at,
    ...SILENT,
    status,
    error_type,
    error_message,
    finished_at,
    duration_ms,
  }
}

export function heartbeatEvent(task_id: string): IngestHeartbeat {
  return { type: 'heartbeat', task_id }
}

/** Null for a line that belongs to no sync: the server has lines of syncs only. */
export function logEvent(stream: LogStream, event: LogEvent, at: number, id: string): IngestLog | null {
  const { task_id, level, fields, message } = event
  if (task_id === null) return null
  return {
    type: 'log',
    task_id,
    id,
    at,
    stream,
    level,
    event: event.event,
    fields: definedOnly(fields),
    message,
  }
}

type Flat = Record<string, string | number | boolean | null>

function definedOnly(fields: Readonly<Record<string, LogValue>>): Flat {
  const defined: Flat = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (value !== undefined) defined[name] = value
  }
  return defined
}
