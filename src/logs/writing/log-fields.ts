import { asciiPiece, type Piece } from './line-bytes.ts'

/**
 * The names an event's own field may have. A field that is not here is left out of the line and counted: what
 * nobody thought of cannot carry a name, a grade or a token into a file. Adding one is a decision about
 * privacy; each is an id, a count, a time, a status, or words of our own.
 */
export const LOG_FIELDS: readonly string[] = [
  // whose and which
  'sync_type',
  'course_id',
  'source_id',
  'account_id',
  'trace_id',
  'host',
  'pid',
  'version',
  'trigger',
  // counts
  'created',
  'updated',
  'unchanged',
  'deleted',
  'held',
  'count',
  'processed',
  'failed',
  'skipped',
  'frozen',
  'forbidden',
  'duplicates',
  'courses',
  'assignments',
  'submissions',
  'grades',
  'enrollments',
  'sections',
  'items',
  'pages',
  'files',
  'lines',
  'bytes',
  'rows',
  'calls',
  'api_calls',
  'db_operations',
  'rate_limit_hits',
  'attempt',
  'attempts',
  'max_attempts',
  'concurrency',
  'fields_dropped',
  // times
  'duration_ms',
  'elapsed_ms',
  'remaining_ms',
  'wait_ms',
  'retry_after_ms',
  'timeout_ms',
  'age_ms',
  'happened_at',
  'since',
  'until',
  // a call to Canvas
  'method',
  'endpoint',
  'status',
  'page',
  'per_page',
  'request_cost',
  'rate_limit_remaining',
  'request_id',
  'error_report_id',
  'origin',
  'base_url',
  // a database operation
  'operation',
  'entity',
  'batch',
  'chunk_size',
  // what went wrong and what happens next
  'error_type',
  'error_code',
  'code',
  'cause',
  'reason',
  'next_step',
  'will_retry',
  'stack',
  'severity',
  'stream',
  'file',
  // where a sync stands
  'percent',
  'current',
  'completed',
  'total',
  'checkpoint',
  'incremental',
  'use_pagination',
  'dry_run',
]

/** What starts a field in a line: `,"name":`. */
export interface FieldStart {
  readonly name: string
  readonly piece: Piece
  /** Which came after it last time: mostly it is the same again. */
  next: FieldStart | undefined
}

const FIELD_STARTS: ReadonlyMap<string, FieldStart> = new Map(
  LOG_FIELDS.map((name) => [name, { name, piece: asciiPiece(`,"${name}":`), next: undefined }]),
)

/** Stands before the first field of a line. */
export const FIRST_FIELD: FieldStart = { name: '', piece: asciiPiece(''), next: undefined }

/** The start of a field that follows `before`; undefined for a name that is not allowed. */
export function fieldStart(name: string, before: FieldStart): FieldStart | undefined {
  const guess = before.next
  if (guess !== undefined && guess.name === name) return guess
  const found = FIELD_STARTS.get(name)
  if (found !== undefined) before.next = found
  return found
}
