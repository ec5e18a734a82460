/** What the throttle gate knows at this moment. */
export interface ThrottleState {
  /** `X-Rate-Limit-Remaining` of the newest answer; null before the first or when Canvas sends none. */
  readonly remaining: number | null
  /** Estimate of the bucket's size. */
  readonly high_water_mark: number
  /** Estimate of what other processes with this token have put into the bucket. */
  readonly external_load: number
  /** Moving average of `X-Request-Cost`; null before the first answer. */
  readonly average_cost: number | null
  readonly in_flight: number
  /** Calls that may be in flight now. */
  readonly limit: number
  readonly waiting: number
  readonly throttled_count: number
  /** Milliseconds calls have waited in the gate, summed over all calls. */
  readonly waited_ms: number
}
