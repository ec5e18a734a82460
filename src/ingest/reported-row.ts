import type { IngestStart, IngestState } from '../core/ingest-event.ts'
import type { SyncMetadata } from '../core/sync-record.ts'
import { redactedStart, redactText } from '../logs/redact.ts'
import type { KnownSync, ReportedRow } from '../store/ingest-store.ts'
import { storableMetadata } from '../tracker/metadata.ts'
import { timeOf } from './event-times.ts'

/** A row while events change it. */
export type ChangingRow = { -readonly [Name in keyof ReportedRow]: ReportedRow[Name] }

const PROGRESS_LIMIT = 200

export const textOf = (id: string | number | null | undefined): string | null =>
  id == null ? null : String(id)

/** The row of a sync of which nothing is known yet. */
export function newRow(started_ms: number, now_ms: number): ChangingRow {
  return {
    user_id: null,
    sync_type: 'all',
    trigger: 'manual',
    host: null,
    sync_start_time: started_ms,
    sync_status: 'in_progress',
    error_type: null,
    error_message: null,
    sync_end_time: null,
    total_duration_seconds: null,
    repaired_from: null,
    use_pagination: true,
    heartbeat_at: now_ms,
    running_ms: null,
    progress_percent: null,
    progress_current: null,
    api_rate_limit_remaining_min: null,
    target_course_id: null,
    incremental_sync: false,
    chunk_size: null,
    sync_metadata: null,
    heartbeat_expected: true,
  }
}

export function knownRow({ sync, heartbeat_expected }: KnownSync): ChangingRow {
  return {
    user_id: sync.user_id,
    sync_type: sync.sync_type,
    trigger: sync.trigger,
    host: sync.host,
    sync_start_time: sync.sync_start_time,
    sync_status: sync.sync_status,
    error_type: sync.error_type,
    error_message: sync.error_message,
    sync_end_time: sync.sync_end_time,
    total_duration_seconds: sync.total_duration_seconds,
    repaired_from: sync.repaired_from,
    use_pagination: sync.use_pagination,
    heartbeat_at: sync.heartbeat_at,
    running_ms: sync.running_ms,
    progress_percent: sync.progress_percent,
    progress_current: sync.progress_current,
    api_rate_limit_remaining_min: sync.api_rate_limit_remaining_min,
    target_course_id: sync.target_course_id,
    incremental_sync: sync.incremental_sync,
    chunk_size: sync.chunk_size,
    sync_metadata: sync.sync_metadata,
    heartbeat_expected,
  }
}

/** What a start says of the row; the rest stays. */
export function fillFromStart(row: ChangingRow, start: IngestStart, at_ms: number): void {
  row.user_id = textOf(start.user_id)
  row.sync_type = redactText(start.sync_type ?? 'all')
  row.trigger = redactText(start.trigger ?? 'manual')
  row.host = start.host == null ? null : redactText(start.host)
  row.sync_start_time = timeOf(start.started_at, at_ms)
  row.use_pagination = start.use_pagination ?? true
  row.heartbeat_expected = start.heartbeat_expected ?? true
  row.incremental_sync = start.incremental ?? false
  row.target_course_id = textOf(start.target_course_id)
  row.chunk_size = start.chunk_size || null
  row.sync_metadata = metadataOf(start.metadata)
}

/**
 * Whether a start is the one that the row was made by. A time that it does not give cannot differ; what may change
 * while the sync runs is not compared.
 */
export function isSameStart(row: ReportedRow, start: IngestStart): boolean {
  const told = { ...row }
  fillFromStart(told, start, start.at === undefined ? row.sync_start_time : timeOf(start.at, 0))
  return (
    told.user_id === row.user_id &&
    told.sync_type === row.sync_type &&
    told.trigger === row.trigger &&
    told.host === row.host &&
    told.sync_start_time === row.sync_start_time
  )
}

/** What a state says besides its counters. */
export function fillFromState(row: ChangingRow, state: IngestState): void {
  if (state.running_ms != null) row.running_ms = Math.round(state.running_ms)
  if (state.progress_percent != null) {
    row.progress_percent = Math.max(state.progress_percent, row.progress_percent ?? 0)
  }
  if (state.progress_current !== undefined) {
    const current = state.progress_current
    row.progress_current = current === null ? null : redactedStart(current, PROGRESS_LIMIT)
  }
  const remaining = state.api_rate_limit_remaining_min
  if (remaining != null) {
    row.api_rate_limit_remaining_min = Math.min(remaining, row.api_rate_limit_remaining_min ?? remaining)
  }
  if (state.target_course_id !== undefined) row.target_course_id = textOf(state.target_course_id)
  if (state.incremental_sync !== undefined) row.incremental_sync = state.incremental_sync
  if (state.chunk_size !== undefined) row.chunk_size = state.chunk_size || null
  if (state.sync_metadata !== undefined) row.sync_metadata = metadataOf(state.sync_metadata)
}

const metadataOf = (metadata: SyncMetadata | null | undefined): SyncMetadata | null =>
  metadata == null ? null : storableMetadata(metadata)
