import type { SyncErrorType } from './error-types.ts'
import type { SyncCounters } from './sync-record.ts'
import type { CourseOutcomeStatus, FinishStatus } from './sync-status.ts'

/** One attempt of one call to Canvas, as it begins. */
export interface CallBegin {
  readonly method: string
  /** Path with ids, without query. */
  readonly endpoint: string
  /** `https://host`, with the port where it is not the usual one. */
  readonly origin: string
  readonly course_id: string | null
  /** 1-based; null for what is no list. */
  readonly page: number | null
  /** 1-based. */
  readonly attempt: number
}

/** The same attempt, as it ended. */
export interface CallEnd {
  /** Null when no answer came. */
  readonly status: number | null
  readonly duration_ms: number
  readonly items: number | null
  readonly request_cost: number | null
  readonly rate_limit_remaining: number | null
  readonly request_id: string | null
  readonly error_type: SyncErrorType | null
}

export interface CallTrace {
  /** Names the request in W3C Trace Context; null where nothing traces. */
  readonly traceparent: string | null
  /** Runs what sends the request. */
  run<T>(send: () => Promise<T>): Promise<T>
  end(call: CallEnd): void
}

/** Told of each call to Canvas. Its methods never throw, but for what the work given to `run` throws. */
export interface CallTraces {
  begin(call: CallBegin): CallTrace
}

export interface CourseEnd {
  /** Null for a course that was interrupted, which has no outcome. */
  readonly outcome: CourseOutcomeStatus | null
  readonly error_type: SyncErrorType | null
  readonly api_calls: number
}

export interface CourseTrace {
  run<T>(work: () => Promise<T>): Promise<T>
  end(course: CourseEnd): void
}

export interface SyncBegin {
  readonly sync_task_id: string
  readonly user_id: string | null
  readonly sync_type: string
  readonly target_course_id: string | null
  readonly incremental_sync: boolean
  readonly trigger: string
}

export interface SyncEnd {
  readonly status: FinishStatus | 'timed_out'
  readonly error_type: SyncErrorType | null
  readonly duration_ms: number
  readonly counters: Readonly<SyncCounters>
  /** What went wrong besides its courses: problems of the whole sync, and what ended it. */
  readonly errors: readonly SyncErrorType[]
}

/** What is told to the application's tracing of one sync. As {@link CallTraces}, nothing here throws of itself. */
export interface SyncTrace extends CallTraces {
  /** 32 hexadecimal digits; null where nothing traces. */
  readonly trace_id: string | null
  /** Runs the job's own work, so that what it traces itself belongs to the sync. */
  run<T>(work: () => Promise<T>): Promise<T>
  course(course_id: string): CourseTrace
  end(sync: SyncEnd): void
}

const nothing = { run: <T>(work: () => Promise<T>): Promise<T> => work(), end: (): void => {} }

/** Where nobody wants to know. */
export const NOT_TRACED: SyncTrace = {
  ...nothing,
  trace_id: null,
  begin: () => ({ ...nothing, traceparent: null }),
  course: () => nothing,
}
