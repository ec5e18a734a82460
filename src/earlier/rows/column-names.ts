import type { EarlierColumn } from '../../store/earlier-sync.ts'

/** What a column of the earlier table is to us: one of ours, its key, or when it was last written. */
export type ColumnMeaning = EarlierColumn | 'key' | 'updated_at'

/** The names that installations use, the most telling first. The last words of each line are only taken when no other is there. */
const NAMES: Readonly<Partial<Record<ColumnMeaning, readonly string[]>>> = {
  key: ['id', 'metric_id', 'metrics_id', 'sync_id', 'pk'],
  sync_task_id: ['sync_task_id', 'task_id', 'celery_task_id', 'task_uuid', 'job_id'],
  user_id: ['user_id', 'app_user_id', 'owner_id', 'user'],
  sync_start_time: ['sync_start_time', 'start_time', 'started_at', 'sync_started_at', 'begin_time'],
  sync_end_time: [
    'sync_end_time',
    'end_time',
    'ended_at',
    'finished_at',
    'completed_at',
    'sync_completed_at',
  ],
  total_duration_seconds: [
    'total_duration_seconds',
    'duration_seconds',
    'sync_duration_seconds',
    'total_duration',
    'duration',
  ],
  sync_status: ['sync_status', 'status', 'state'],
  error_type: ['error_type'],
  error_message: ['error_message', 'sync_error', 'last_error', 'error', 'errors'],
  sync_type: ['sync_type', 'type', 'kind'],
  target_course_id: ['target_course_id', 'course_id'],
  courses_processed: ['courses_processed', 'total_courses', 'courses_synced', 'courses_count', 'courses'],
  courses_created: ['courses_created', 'created_courses', 'new_courses'],
  courses_updated: ['courses_updated', 'updated_courses'],
  assignments_processed: [
    'assignments_processed',
    'total_assignments',
    'assignments_synced',
    'assignments_count',
    'assignments',
  ],
  assignments_created: ['assignments_created', 'created_assignments', 'new_assignments'],
  assignments_updated: ['assignments_updated', 'updated_assignments'],
  submissions_processed: [
    'submissions_processed',
    'total_submissions',
    'submissions_synced',
    'submissions_count',
    'submissions',
  ],
  submissions_created: ['submissions_created', 'created_submissions', 'new_submissions'],
  submissions_updated: ['submissions_updated', 'updated_submissions'],
  grades_processed: ['grades_processed', 'total_grades', 'grades_synced', 'grades_count', 'grades'],
  grades_updated: ['grades_updated', 'updated_grades'],
  api_calls_made: ['api_calls_made', 'total_api_calls', 'api_calls_total', 'api_call_count', 'api_calls'],
  api_calls_failed: [
    'api_calls_failed',
    'total_api_failures',
    'failed_api_calls',
    'api_failures',
    'api_errors',
  ],
  total_api_duration_ms: ['total_api_duration_ms', 'api_duration_ms', 'total_api_time_ms', 'api_time_ms'],
  api_rate_limit_hits: ['api_rate_limit_hits', 'rate_limit_hits'],
  db_operations: [
    'db_operations',
    'database_operations',
    'total_db_operations',
    'db_operations_count',
    'db_ops',
  ],
  db_duration_ms: ['db_duration_ms', 'database_duration_ms', 'total_db_duration_ms', 'db_time_ms'],
  total_data_size_bytes: ['total_data_size_bytes', 'data_size_bytes', 'total_bytes'],
  incremental_sync: ['incremental_sync', 'is_incremental', 'incremental'],
  use_pagination: ['use_pagination', 'paginated'],
  chunk_size: ['chunk_size', 'batch_size'],
  sync_metadata: ['sync_metadata', 'metadata', 'meta_data', 'extra_data', 'metadata_json'],
  updated_at: ['updated_at', 'modified_at', 'last_updated'],
}

/** Of no use to us, and nothing that anybody would miss. */
const WITHOUT_USE: ReadonlySet<string> = new Set(['created_at', 'created_on'])

export interface ColumnPlan {
  /** Where each meaning stands in a row. */
  readonly places: Readonly<Partial<Record<ColumnMeaning, number>>>
  /** Columns under other names than ours: theirs, and what they are to us. */
  readonly renamed: readonly { readonly column: string; readonly as: ColumnMeaning }[]
  /** Columns that are not understood, with their places. */
  readonly unknown: readonly { readonly column: string; readonly place: number }[]
  /** What no column has, of what every installation should have. */
  readonly missing: readonly ColumnMeaning[]
}

const EXPECTED: readonly ColumnMeaning[] = [
  'key',
  'sync_task_id',
  'user_id',
  'sync_start_time',
  'sync_end_time',
  'total_duration_seconds',
  'sync_status',
  'sync_type',
  'courses_processed',
  'assignments_processed',
  'api_calls_made',
]

/** What the columns of a table mean, by their names: case does not count. */
export function planColumns(columns: readonly string[]): ColumnPlan {
  const places: Partial<Record<ColumnMeaning, number>> = {}
  const used = new Set<number>()
  const lower = columns.map((name) => name.toLowerCase())
  const renamed: { column: string; as: ColumnMeaning }[] = []
  for (const [meaning, names] of Object.entries(NAMES) as [ColumnMeaning, readonly string[]][]) {
    const place = names.map((name) => lower.indexOf(name)).find((at) => at !== -1 && !used.has(at))
    if (place === undefined) continue
    places[meaning] = place
    used.add(place)
    const column = columns[place] ?? ''
    if (column.toLowerCase() !== meaning && meaning !== 'key') renamed.push({ column, as: meaning })
  }
  const unknown = columns.flatMap((column, place) =>
    used.has(place) || WITHOUT_USE.has(column.toLowerCase()) ? [] : [{ column, place }],
  )
  return { places, renamed, unknown, missing: EXPECTED.filter((meaning) => places[meaning] === undefined) }
}
