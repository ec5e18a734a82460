import type { MonitorError } from '../core/errors.ts'
import { backOff } from './back-off.ts'

/** An HTML page instead of data is a hiccup of the edge or a wrong address; two more tries tell which. */
const MAX_NOT_JSON_ATTEMPTS = 3

export interface RetryLimits {
  readonly max_attempts: number
  readonly max_throttled_attempts: number
}

/** Decides for one call after each failure whether and when it is sent again. Throttling counts separately. */
export class RetryPolicy {
  readonly #limits: RetryLimits
  readonly #random: () => number
  #failures = 0
  #throttled = 0

  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits
    this.#random = random
  }

  /** Milliseconds to wait before the next attempt, 0 when the gate does the waiting; null for no retry. */
  next(error: MonitorError): number | null {
    if (!error.retryable) return null
    if (error.code === 'throttled') {
      this.#throttled += 1
      return this.#throttled < this.#limits.max_throttled_attempts ? 0 : null
    }
    this.#failures += 1
    const { max_attempts } = this.#limits
    const allowed = error.code === 'not_json' ? Math.min(MAX_NOT_JSON_ATTEMPTS, max_attempts) : max_attempts
    if (this.#failures >= allowed) return null
    return backOff(this.#failures, this.#random(), error.details.retry_after_ms)
  }
}
