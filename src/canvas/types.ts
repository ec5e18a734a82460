import type { Clock } from '../core/clock.ts'
import type { CallTraces } from '../core/telemetry.ts'
import type { CanvasObserver } from './observer.ts'
import type { ThrottleGate } from './throttle-gate.ts'
import type { ThrottleState } from './throttle-state.ts'

/** Query parameters; an array is sent as `name[]=…` once per value, `undefined` is left out. */
export type CanvasParams = Readonly<
  Record<string, string | number | boolean | undefined | readonly (string | number)[]>
>

export interface CanvasClientOptions {
  /** `https://host`, or `http://` for loopback hosts only; no path, query or credentials. */
  readonly base_url: string
  /** Access token, one line of printable ASCII. It is never part of an error, a log or `inspect()`. */
  readonly token: string
  readonly observer?: CanvasObserver
  /** Told of each attempt of each call, for spans. */
  readonly traces?: CallTraces
  /** Whether calls carry the `traceparent` of their span, for a proxy before Canvas that knows it. Default false. */
  readonly send_traceparent?: boolean
  readonly clock?: Clock
  /**
   * Asked right before each exchange; false ends the call as `cancelled`. For who holds the right to read for a time only:
   * a signal comes too late when the whole process was stopped. Default: always true.
   */
  readonly may_send?: () => boolean
  /** Uniform in [0, 1), for jitter; `Math.random` by default. */
  readonly random?: () => number
  /** Shared by clients that use the same token in one process; each client has its own by default. */
  readonly gate?: ThrottleGate
  /** Calls in flight at most, 11 by default: the twelfth at once is what an empty bucket of 600 refuses. */
  readonly max_concurrency?: number
  /** Wait for the answer's headers, 70 000 by default: Canvas's own load balancer cuts at 60 s. */
  readonly timeout_ms?: number
  /** Longest silence inside a body, 30 000 by default. */
  readonly idle_timeout_ms?: number
  /** Longest whole exchange, 300 000 by default: a body may trickle for ever without being silent. */
  readonly total_timeout_ms?: number
  /** Attempts of one call before a retryable error is final, 4 by default. */
  readonly max_attempts?: number
  /** Throttled answers to one call before `throttled` is final, 5 by default. */
  readonly max_throttled_attempts?: number
  /** Decoded bytes of one body at most, 16 MiB by default; more is a `contract` error. */
  readonly max_body_bytes?: number
  /** Origins besides `base_url` (vanity domains) that may get the token when a `next` link names them. */
  readonly additional_origins?: readonly string[]
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Only for the observer and for error details. */
  readonly course_id?: string
}

export interface ListOptions extends CallOptions {
  /** Rows asked per page, 100 by default, which is Canvas's maximum. */
  readonly per_page?: number
  /** Key of the list when the body is an object, such as `enrollment_terms`. */
  readonly wrapper?: string
  /** Pages after which the listing ends with `pagination_loop`, 100 000 by default. */
  readonly max_pages?: number
  /**
   * A page with rows that says nothing of pages is `contract` however short it is; by default only a full one.
   * For lists that Canvas filters after paging: there a cut page need not be full.
   */
  readonly always_linked?: boolean
  /** Fields (`term`, `grades.current_score`) at least one row must have; see {@link CanvasPage.missing_fields}. */
  readonly expect?: readonly string[]
}

export interface CanvasAnswer<T> {
  readonly data: T
  readonly status: number
  /** Body bytes after decompression. */
  readonly bytes: number
  readonly duration_ms: number
  readonly request_id: string | null
}

export interface CanvasPage<T> {
  readonly items: T[]
  /** 1-based. */
  readonly page: number
  readonly status: number
  /** Body bytes after decompression. */
  readonly bytes: number
  /** Of the attempt that succeeded. */
  readonly duration_ms: number
  readonly has_next: boolean
  /**
   * Expected fields that no row of this listing up to and including this page had, although there were rows:
   * how a scoped developer key without "Allow Include Parameters" looks. On the last page it holds for the
   * whole listing.
   */
  readonly missing_fields: readonly string[]
}

export interface CanvasClient {
  /**
   * Connection test, `GET /api/v1/users/self`; returns only the id, no names.
   *
   * @throws {MonitorError} any Canvas error type
   */
  self(options?: CallOptions): Promise<{ readonly id: string }>
  /**
   * One JSON answer.
   *
   * @param path absolute, from `/api/` on, without query
   * @throws {MonitorError} `usage`, `closed` or any Canvas error type
   */
  get<T>(path: string, params?: CanvasParams, options?: CallOptions): Promise<CanvasAnswer<T>>
  /** All pages of a listing, one request per step; errors as {@link CanvasClient.get}. */
  pages<T>(path: string, params?: CanvasParams, options?: ListOptions): AsyncIterable<CanvasPage<T>>
  /** All rows of a listing; errors as {@link CanvasClient.get}. */
  list<T>(path: string, params?: CanvasParams, options?: ListOptions): AsyncIterable<T>
  readonly throttle: ThrottleState
  /** Cancels calls in flight and closes kept connections; later calls fail with `closed`. Idempotent. */
  close(): Promise<void>
}
