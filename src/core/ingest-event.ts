import type { SyncErrorType } from './error-types.ts'
import type { LogLevel, LogStream } from './log-event.ts'
import type { CourseOutcome, SyncCounters, SyncMetadata } from './sync-record.ts'
import type { CourseOutcomeStatus, FinishStatus } from './sync-status.ts'

export { INGEST_REFUSAL_CODES } from './ingest-report.ts'
export type { IngestedSync, IngestRefusal, IngestRefusalCode, IngestReport } from './ingest-report.ts'

/**
 * What a program tells of its syncs over HTTP: the wire form of `POST /api/canvas/metrics/ingest`, which is told in
 * `docs/ingest.md`. Members that are not listed here are ignored, so that a newer client can talk to an older server.
 */
export const INGEST_LIMITS = {
  /** Events of one request. */
  events: 10_000,
  /** Bytes of a request after inflation. */
  body_bytes: 33_554_432,
  task_id_length: 255,
  event_id_length: 128,
  /** UTF-16 units of `sync_type`, `user_id`, `trigger`, `host` and ids of courses. */
  name_length: 255,
  /** UTF-16 units of any other text; longer ones are refused, but messages, which are cut. */
  text_length: 8192,
  /** Characters of `metadata` as JSON. */
  metadata_length: 65_536,
  /** Refused events that an answer names; their number is exact. */
  errors_told: 100,
} as const

/** The types of events. */
export const INGEST_EVENT_TYPES = [
  'start',
  'heartbeat',
  'progress',
  'course',
  'assignment',
  'submission',
  'grade',
  'api_call',
  'rate_limit',
  'db_operation',
  'deletions',
  'connection_test',
  'problem',
  'course_outcome',
  'log',
  'state',
  'finish',
] as const
export type IngestEventType = (typeof INGEST_EVENT_TYPES)[number]

/** Epoch milliseconds, or ISO 8601 with `Z` or an offset. */
export type IngestTime = number | string

/** An id: a string, or an integer that is taken as its digits. */
export type IngestId = string | number

interface IngestEventBase {
  /** The sync, by the caller's own id: 1 to 255 characters. */
  readonly task_id: IngestId
  /**
   * Unique within the sync, 1 to 128 characters: an event whose id was taken before is a duplicate and changes
   * nothing. May be left out of `start` (it is `start` then), `finish` (`finish`) and `heartbeat` (never a duplicate).
   */
  readonly id?: IngestId
  /** When it happened. Default: when it arrives. */
  readonly at?: IngestTime
  /**
   * True: it writes no line and counts nothing, and does only what else its type does. For programs that send their
   * lines as `log` and their counters as `state`. Default false.
   */
  readonly quiet?: boolean
}

/** The row. Every member may be left out. */
export interface IngestStart extends IngestEventBase {
  readonly type: 'start'
  readonly user_id?: IngestId | null
  /** Default `all`. */
  readonly sync_type?: string
  readonly target_course_id?: IngestId | null
  /** Default false. */
  readonly incremental?: boolean
  /** Default true. */
  readonly use_pagination?: boolean
  readonly chunk_size?: number | null
  /** Free facts, no personal data. */
  readonly metadata?: SyncMetadata | null
  /** Default `manual`. */
  readonly trigger?: string
  /** The machine that the sync runs on. */
  readonly host?: string | null
  /** Default: `at`. */
  readonly started_at?: IngestTime
  /**
   * False: no sign of life will come between start and finish, so that silence does not make the sync `lost`; only
   * the limit of its type ends it (`timed_out`). Default true: an event at least every 30 s, or it is `lost`.
   */
  readonly heartbeat_expected?: boolean
}

/** A sign of life; every other event is one, too. */
export interface IngestHeartbeat extends IngestEventBase {
  readonly type: 'heartbeat'
  /** How long the sync has run by the reporter's monotonic clock. */
  readonly running_ms?: number | null
}

export interface IngestProgress extends IngestEventBase {
  readonly type: 'progress'
  /** 0 to 100; it never falls. */
  readonly percent?: number | null
  /** What is being done, in words, without names of people. Cut after 200 characters. */
  readonly current?: string | null
  readonly completed?: number | null
  readonly total?: number | null
}

/** Objects that were handled. `true` counts one; `count` defaults to the larger of 1 and created + updated. */
export interface IngestCount extends IngestEventBase {
  readonly type: 'course' | 'assignment' | 'submission' | 'grade'
  /** Not of a grade. */
  readonly created?: boolean | number
  readonly updated?: boolean | number
  readonly count?: number
  readonly course_id?: IngestId | null
  readonly duration_ms?: number
}

export interface IngestApiCall extends IngestEventBase {
  readonly type: 'api_call'
  /** Default GET. */
  readonly method?: string
  /** Path with ids; a query is cut off. */
  readonly endpoint: string
  /** Null when there was no answer. */
  readonly status: number | null
  readonly duration_ms: number
  readonly items?: number | null
  readonly page?: number | null
  readonly attempt?: number | null
  readonly request_cost?: number | null
  readonly rate_limit_remaining?: number | null
  readonly bytes?: number | null
  readonly request_id?: string | null
  readonly error_type?: string | null
  readonly course_id?: IngestId | null
  readonly will_retry?: boolean
}

export interface IngestRateLimit extends IngestEventBase {
  readonly type: 'rate_limit'
  readonly wait_ms?: number
  readonly status?: number | null
  readonly endpoint?: string | null
  readonly rate_limit_remaining?: number | null
}

export const DB_OPERATIONS = ['create', 'update', 'delete', 'fetch', 'sync'] as const

export interface IngestDbOperation extends IngestEventBase {
  readonly type: 'db_operation'
  readonly operation: (typeof DB_OPERATIONS)[number]
  readonly entity: string
  /** Default 1. */
  readonly count?: number
  readonly duration_ms?: number
  readonly batch?: boolean
  readonly course_id?: IngestId | null
}

export interface IngestDeletions extends IngestEventBase {
  readonly type: 'deletions'
  readonly entity: string
  readonly deleted: number
  readonly held: number
}

export interface IngestConnectionTest extends IngestEventBase {
  readonly type: 'connection_test'
  readonly duration_ms: number
}

/** Something that concerns the whole sync: it ends `partial` at best. */
export interface IngestProblem extends IngestEventBase {
  readonly type: 'problem'
  readonly error_type: SyncErrorType
  /** The caller's own sentence, without names of people. */
  readonly message: string
}

/**
 * An error that the job met and did not write itself. Its message may hold anybody's name: it is dropped unless the
 * server keeps error messages (`keepErrorMessages`); its class and place are kept.
 */
export interface IngestException {
  /** The class: `ValueError`. What does not end in `Error` or `Exception` is told as `Error`. */
  readonly name: string
  readonly message?: string | null
  /** `function (file:line)`, without folders. */
  readonly place?: string | null
}

interface IngestFailure {
  /** One of the error types of the project but `lost` and `timed_out`. */
  readonly error_type?: SyncErrorType | null
  /** The caller's own sentence, without names of people; tokens and addresses are taken out. */
  readonly error_message?: string | null
  /** Instead of `error_message`. */
  readonly exception?: IngestException | null
}

/** What happened to one course; the last one of a course counts. */
export interface IngestCourseOutcome extends IngestEventBase, IngestFailure {
  readonly type: 'course_outcome'
  readonly course_id: IngestId
  readonly outcome: CourseOutcomeStatus
  readonly reason?: string | null
  /** Default: `finished_at` less the duration. */
  readonly started_at?: IngestTime
  /** Default: `at`. */
  readonly finished_at?: IngestTime
  /** Default: from the two times, else 0. */
  readonly duration_ms?: number
  readonly api_calls?: number
  readonly rows_deleted?: number
  readonly deletions_held?: number
  readonly entities?: CourseOutcome['entities']
}

/** A line as it is; counts nothing. Fields that are not in the allow-list are left out. */
export interface IngestLog extends IngestEventBase {
  readonly type: 'log'
  readonly stream: LogStream
  /** Default INFO. An ERROR stands in `errors`, too. */
  readonly level?: LogLevel
  /** `snake_case`, at most 64 characters. */
  readonly event: string
  readonly fields?: Readonly<Record<string, string | number | boolean | null>>
  /** A sentence for people. */
  readonly message: string
}

/**
 * What a sync has counted so far, absolute: for programs that count themselves. Writes no line. A counter never falls,
 * so that the order in which states arrive does not matter; of the rest, what is given replaces what was there.
 */
export interface IngestState extends IngestEventBase {
  readonly type: 'state'
  readonly counters?: Readonly<Partial<SyncCounters>>
  /** How long the sync has run by the reporter's monotonic clock. */
  readonly running_ms?: number | null
  readonly progress_percent?: number | null
  readonly progress_current?: string | null
  readonly api_rate_limit_remaining_min?: number | null
  readonly target_course_id?: IngestId | null
  readonly incremental_sync?: boolean
  readonly chunk_size?: number | null
  readonly sync_metadata?: SyncMetadata | null
}

/** The end. Without a status it is judged by the courses and problems, as in the library. */
export interface IngestFinish extends IngestEventBase, IngestFailure {
  readonly type: 'finish'
  readonly status?: FinishStatus
  /** Default: `at`. */
  readonly finished_at?: IngestTime
  /** Default: from the start to `finished_at`. */
  readonly duration_ms?: number
  /**
   * True: there may well have been nothing to read. Otherwise a sync that would be `completed` and has read nothing, where
   * the completed ones before it read something, is `failed` with `unexpected_empty`. Default false.
   */
  readonly may_be_empty?: boolean
}

export type IngestEvent =
  | IngestStart
  | IngestHeartbeat
  | IngestProgress
  | IngestCount
  | IngestApiCall
  | IngestRateLimit
  | IngestDbOperation
  | IngestDeletions
  | IngestConnectionTest
  | IngestProblem
  | IngestCourseOutcome
  | IngestLog
  | IngestState
  | IngestFinish
