import { ERROR_TYPE_FACTS, isSyncErrorType, type SyncErrorType } from './error-types.ts'

/** What a person can do wrong, or a machine lack, before or around a sync. */
export type SetupErrorCode =
  | 'usage'
  | 'config_invalid'
  | 'insecure_url'
  | 'token_missing'
  | 'address_refused'
  | 'not_found_locally'
  | 'port_in_use'
  | 'not_writable'
  | 'log_unreadable'
  | 'already_running'
  | 'disk_full'
  | 'database_corrupt'
  | 'database_newer'
  | 'database_busy'
  | 'database_unsupported'
  | 'database_unreachable'
  | 'database_refused'
  | 'task_id_taken'
  | 'closed'
  | 'internal'

/** The codes that mean the command was called or configured wrongly (exit code 2). */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'usage',
  'config_invalid',
  'insecure_url',
  'token_missing',
  'address_refused',
])
export type ErrorCode = SyncErrorType | SetupErrorCode

/** Facts about one failed Canvas call that are safe to log: no address query, no body, no names. */
export interface ErrorDetails {
  readonly status?: number
  readonly endpoint?: string
  readonly request_id?: string
  readonly error_report_id?: string
  /** `canvas` when Canvas itself made the answer, `edge` when something before it did. */
  readonly origin?: 'canvas' | 'edge'
  readonly course_id?: string
  /** Milliseconds the other side asked us to wait. */
  readonly retry_after_ms?: number
  readonly attempts?: number
}

export interface MonitorErrorOptions {
  readonly cause?: unknown
  /** What to do next, one sentence; for sync error types the default comes from {@link ERROR_TYPE_FACTS}. */
  readonly next_step?: string
  readonly retryable?: boolean
  readonly details?: ErrorDetails
}

/**
 * The one error class of this project. `message` is a sentence for people that never holds a token, a name,
 * an e-mail address or a grade; `code` is for programs; `next_step` says what to do.
 */
export class MonitorError extends Error {
  readonly code: ErrorCode
  readonly next_step: string
  readonly retryable: boolean
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: MonitorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MonitorError'
    this.code = code
    const known = isSyncErrorType(code) ? ERROR_TYPE_FACTS[code] : undefined
    this.next_step = options.next_step ?? known?.next_step ?? ''
    this.retryable = options.retryable ?? known?.retryable ?? false
    this.details = options.details ?? {}
  }

  /** The error type a sync row gets when this error ends it. */
  get error_type(): SyncErrorType {
    if (isSyncErrorType(this.code)) return this.code
    return this.code === 'disk_full' || this.code.startsWith('database_') ? 'storage' : 'job_error'
  }

  /** Exit code of a command that ends with this error: 4 when the token is the cause, 130 when interrupted. */
  get exit_code(): number {
    if (!isSyncErrorType(this.code)) return USAGE_CODES.has(this.code) ? 2 : 1
    if (this.code === 'cancelled') return 130
    return ERROR_TYPE_FACTS[this.code].token ? 4 : 1
  }
}

export function isMonitorError(error: unknown): error is MonitorError {
  return error instanceof MonitorError
}

/** The `code` of a Node system error (`ENOSPC`, `EADDRINUSE`, …), searched through causes; undefined if none. */
export function systemErrorCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return undefined
}
