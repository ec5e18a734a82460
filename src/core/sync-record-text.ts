import { isoTime } from './iso-time.ts'
import { rounded, type SyncRow } from './sync-record.ts'
import { emitUserId } from './user-id.ts'

/** Nothing in it is escaped in JSON, nor takes more than one byte. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

const textOf = (text: string | null): string => {
  if (text === null) return 'null'
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}
const idOf = (id: string | null): string => {
  const emitted = emitUserId(id)
  return typeof emitted === 'string' ? textOf(emitted) : String(emitted)
}
const timeOf = (at_ms: number | null): string => (at_ms === null ? 'null' : `"${isoTime(at_ms)}"`)
const numberOf = (number: number | null): string => {
  if (number === null) return 'null'
  const value = Number.isSafeInteger(number) ? number : rounded(number)
  // JSON has no other numbers.
  return Number.isFinite(value) ? String(value) : 'null'
}

/**
 * `JSON.stringify(toSyncRecord(row))`, in half the time and without its garbage: lists of syncs are most of what a
 * server sends.
 */
export function syncRecordText(row: SyncRow): string {
  return (
    `{"id":${row.id},"sync_task_id":${textOf(row.sync_task_id)},"user_id":${idOf(row.user_id)}` +
    `,"sync_start_time":${timeOf(row.sync_start_time)},"sync_end_time":${timeOf(row.sync_end_time)}` +
    `,"total_duration_seconds":${numberOf(row.total_duration_seconds)},"sync_status":${textOf(row.sync_status)}` +
    `,"error_message":${textOf(row.error_message)},"sync_type":${textOf(row.sync_type)}` +
    `,"target_course_id":${idOf(row.target_course_id)}` +
    `,"courses":{"processed":${row.courses_processed},"created":${row.courses_created}` +
    `,"updated":${row.courses_updated}},"assignments":{"processed":${row.assignments_processed}` +
    `,"created":${row.assignments_created},"updated":${row.assignments_updated}}` +
    `,"submissions":{"processed":${row.submissions_processed},"created":${row.submissions_created}` +
    `,"updated":${row.submissions_updated}},"grades":{"processed":${row.grades_processed}` +
    `,"updated":${row.grades_updated}},"api_metrics":{"calls_made":${row.api_calls_made}` +
    `,"calls_failed":${row.api_calls_failed},"total_duration_ms":${numberOf(row.total_api_duration_ms)}` +
    `,"rate_limit_hits":${row.api_rate_limit_hits},"request_cost":${numberOf(row.api_request_cost)}` +
    `,"rate_limit_remaining_min":${numberOf(row.api_rate_limit_remaining_min)}` +
    `,"throttle_wait_ms":${numberOf(row.throttle_wait_ms)}}` +
    `,"database_metrics":{"operations":${row.db_operations},"duration_ms":${numberOf(row.db_duration_ms)}}` +
    `,"data_size_bytes":${row.total_data_size_bytes},"incremental_sync":${row.incremental_sync}` +
    `,"use_pagination":${row.use_pagination},"chunk_size":${row.chunk_size}` +
    `,"metadata":${row.sync_metadata === null ? 'null' : JSON.stringify(row.sync_metadata)}` +
    `,"error_type":${textOf(row.error_type)}` +
    `,"deletions":{"deleted":${row.rows_deleted},"held":${row.deletions_held}}` +
    `,"progress":{"percent":${numberOf(row.progress_percent)},"current":${textOf(row.progress_current)}}` +
    `,"heartbeat_at":${timeOf(row.heartbeat_at)},"source_id":${row.source_id},"trigger":${textOf(row.trigger)}` +
    `,"host":${textOf(row.host)},"repaired_from":${textOf(row.repaired_from)},"records_lost":${row.records_lost}}`
  )
}

/** Records as one JSON array. */
export function syncRecordsText(rows: readonly SyncRow[]): string {
  return `[${rows.map(syncRecordText).join(',')}]`
}
