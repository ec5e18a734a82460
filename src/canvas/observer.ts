import type { CanvasErrorType } from '../core/error-types.ts'

/** One attempt of one call, free of queries, bodies and names. */
export interface CanvasCall {
  readonly method: 'GET'
  /** Path with ids, without query: a bookmark in a query holds a person's name. */
  readonly endpoint: string
  /** Null when no answer came. */
  readonly status: number | null
  readonly duration_ms: number
  readonly items: number | null
  readonly page: number | null
  /** 1-based. */
  readonly attempt: number
  readonly request_cost: number | null
  readonly rate_limit_remaining: number | null
  readonly bytes: number
  readonly request_id: string | null
  readonly error_type: CanvasErrorType | null
  readonly course_id: string | null
  readonly will_retry: boolean
  /** Who made the answer; null when no answer came. */
  readonly origin: 'canvas' | 'edge' | null
}

export interface ThrottledEvent {
  readonly status: number
  readonly wait_ms: number
  readonly attempt: number
  readonly endpoint: string
  readonly remaining: number | null
}

export interface WaitingEvent {
  /** `throttled`: Canvas refused; `budget`: we hold back so that it need not; `retry`: back-off. */
  readonly reason: 'throttled' | 'budget' | 'retry'
  /** Expected, not exact. */
  readonly wait_ms: number
}

/** Told what the client does; one that throws never breaks a call. */
export interface CanvasObserver {
  call?(call: CanvasCall): void
  throttled?(event: ThrottledEvent): void
  waiting?(event: WaitingEvent): void
}

/** Runs one observer method; swallows what it throws, also from an `async` method. */
export function notify(tell: () => unknown): void {
  try {
    const outcome = tell()
    if (outcome instanceof Promise) outcome.catch(() => undefined)
  } catch {
    // A broken observer must not break a sync.
  }
}
