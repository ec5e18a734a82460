import type { SyncRecord } from '../../core/sync-record.ts'

type Cell = string | number | boolean | null

/** The columns have the names of the database's; what JSON groups stands beside each other. */
const COLUMNS: Readonly<Record<string, (sync: SyncRecord) => Cell>> = {
  id: ({ id }) => id,
  sync_task_id: ({ sync_task_id }) => sync_task_id,
  user_id: ({ user_id }) => user_id,
  sync_type: ({ sync_type }) => sync_type,
  sync_status: ({ sync_status }) => sync_status,
  sync_start_time: ({ sync_start_time }) => sync_start_time,
  sync_end_time: ({ sync_end_time }) => sync_end_time,
  total_duration_seconds: ({ total_duration_seconds }) => total_duration_seconds,
  error_type: ({ error_type }) => error_type,
  error_message: ({ error_message }) => error_message,
  target_course_id: ({ target_course_id }) => target_course_id,
  courses_processed: ({ courses }) => courses.processed,
  courses_created: ({ courses }) => courses.created,
  courses_updated: ({ courses }) => courses.updated,
  assignments_processed: ({ assignments }) => assignments.processed,
  assignments_created: ({ assignments }) => assignments.created,
  assignments_updated: ({ assignments }) => assignments.updated,
  submissions_processed: ({ submissions }) => submissions.processed,
  submissions_created: ({ submissions }) => submissions.created,
  submissions_updated: ({ submissions }) => submissions.updated,
  grades_processed: ({ grades }) => grades.processed,
  grades_updated: ({ grades }) => grades.updated,
  api_calls_made: ({ api_metrics }) => api_metrics.calls_made,
  api_calls_failed: ({ api_metrics }) => api_metrics.calls_failed,
  total_api_duration_ms: ({ api_metrics }) => api_metrics.total_duration_ms,
  api_rate_limit_hits: ({ api_metrics }) => api_metrics.rate_limit_hits,
  api_request_cost: ({ api_metrics }) => api_metrics.request_cost,
  api_rate_limit_remaining_min: ({ api_metrics }) => api_metrics.rate_limit_remaining_min,
  throttle_wait_ms: ({ api_metrics }) => api_metrics.throttle_wait_ms,
  db_operations: ({ database_metrics }) => database_metrics.operations,
  db_duration_ms: ({ database_metrics }) => database_metrics.duration_ms,
  total_data_size_bytes: ({ data_size_bytes }) => data_size_bytes,
  rows_deleted: ({ deletions }) => deletions.deleted,
  deletions_held: ({ deletions }) => deletions.held,
  incremental_sync: ({ incremental_sync }) => incremental_sync,
  use_pagination: ({ use_pagination }) => use_pagination,
  chunk_size: ({ chunk_size }) => chunk_size,
  progress_percent: ({ progress }) => progress.percent,
  progress_current: ({ progress }) => progress.current,
  heartbeat_at: ({ heartbeat_at }) => heartbeat_at,
  source_id: ({ source_id }) => source_id,
  trigger: ({ trigger }) => trigger,
  host: ({ host }) => host,
  repaired_from: ({ repaired_from }) => repaired_from,
  records_lost: ({ records_lost }) => records_lost,
  error_group_id: ({ error_group_id }) => error_group_id,
  sync_metadata: ({ metadata }) => (metadata === null ? null : JSON.stringify(metadata)),
}

export const SYNC_CSV_COLUMNS: readonly string[] = Object.keys(COLUMNS)

const CELLS = Object.values(COLUMNS)

/** Without it Excel reads UTF-8 as the code page of the machine. */
const BYTE_ORDER_MARK = '\u{FEFF}'

/** The names of the columns, behind the mark that says which encoding it is. */
export const SYNC_CSV_HEAD: string = `${BYTE_ORDER_MARK}${SYNC_CSV_COLUMNS.join(',')}\r\n`

/** One record of RFC 4180, with its line break. */
export function syncCsvLine(sync: SyncRecord): string {
  return `${CELLS.map((cell) => cellText(cell(sync))).join(',')}\r\n`
}

/**
 * What a spreadsheet would take for a formula, or for its own sign of a text: OWASP ASVS 1.2.10, and the forms of the
 * same signs in East Asian fonts. With the apostrophe among them, whoever takes one away has the text again.
 */
const TAKEN_FOR_MORE = /^[=+\-@\t\r\n\0'＝＋－＠]/

/** What has to stand in quotes; spaces at an end would be lost in some readers. */
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$|^$/

/** Numbers stay numbers, nothing is nothing, and an empty text is two quotes. */
export function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = TAKEN_FOR_MORE.test(cell) ? `'${cell}` : cell
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
