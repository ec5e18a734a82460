import { SlidingMax } from './sliding-max.ts'

/** What one answer says about the bucket; null when the header was absent or unreadable. */
export interface RateSignals {
  /** `X-Request-Cost`. */
  readonly cost: number | null
  /** `X-Rate-Limit-Remaining`: size of the bucket minus its level, after this call's refund. */
  readonly remaining: number | null
}

/** Canvas's defaults: what a call is charged on arrival, what leaks per second, and the bucket's size. */
const UP_FRONT_COST = 50
const OUTFLOW_PER_MS = 10 / 1000
const DEFAULT_SIZE = 600

/** Keeps the model's error (leak during the way to the server) away from the edge. */
const MARGIN = 10
const MAX_MARGIN = 50
/** With others on the token, two processes may see the same free place: room for one call more. */
const SHARED_MARGIN = 50
/** Differences below this are rounding and network delay, not another process. */
const EXTERNAL_SLACK = 10
const SHARED_ABOVE = 25
const AVERAGE_WEIGHT = 0.1

/**
 * Model of the bucket Canvas keeps per token, without clock and without waiting: time is a value in
 * milliseconds that never goes back.
 *
 * The level is our own part plus what other processes with the same token put in, which shows as less
 * `remaining` than our own part explains. Our own part is an upper bound of what the server counts for us: a
 * charge is counted from sending (before the server does) until the answer (after the server gave it back),
 * and only settled costs leak, not charges. So the network's delay never makes the model too low. A bucket
 * smaller than assumed looks like a constant load of others and is handled as such.
 */
export class ThrottleBucket {
  #size = DEFAULT_SIZE
  #in_flight = 0
  #settled = 0
  #at_ms = 0
  readonly #external = new SlidingMax(6000)
  /** Answers overtake each other: a level seen by the server is compared with our highest recent one. */
  readonly #own_after_answer = new SlidingMax(500)
  #remaining: number | null = null
  #average_cost: number | null = null

  get size(): number {
    return this.#size
  }

  get external_load(): number {
    return this.#external.value
  }

  get remaining(): number | null {
    return this.#remaining
  }

  get average_cost(): number | null {
    return this.#average_cost
  }

  /** Whether other processes seem to use the token now. */
  get shared(): boolean {
    return this.#external.value > SHARED_ABOVE
  }

  /** How much the level must fall before one more call may be sent; 0 or less when it may be sent now. */
  deficit(now_ms: number): number {
    this.#leak(now_ms)
    const margin =
      Math.min(MAX_MARGIN, MARGIN + 2 * (this.#average_cost ?? 0)) + (this.shared ? SHARED_MARGIN : 0)
    return this.#own + this.#external.value + UP_FRONT_COST - (this.#size - margin)
  }

  /** Milliseconds until the leak alone makes room for one more call. */
  waitFor(now_ms: number): number {
    return Math.max(0, Math.ceil(this.deficit(now_ms) / OUTFLOW_PER_MS))
  }

  send(now_ms: number): void {
    this.#leak(now_ms)
    this.#in_flight += 1
  }

  answered(now_ms: number, signals: RateSignals): void {
    const cost = signals.cost ?? this.#average_cost ?? 1
    if (signals.cost !== null) {
      const average = this.#average_cost ?? cost
      this.#average_cost = average + AVERAGE_WEIGHT * (cost - average)
    }
    this.#settle(now_ms, cost)
    if (signals.remaining !== null) this.#observe(now_ms, signals.remaining)
  }

  /** The call was refused: its charge is given back; without `remaining` the bucket counts as full. */
  throttled(now_ms: number, signals: RateSignals): void {
    this.#settle(now_ms, 0)
    this.#observe(now_ms, Math.min(signals.remaining ?? 0, UP_FRONT_COST))
  }

  /** No answer came. Canvas goes on working on a call we no longer wait for, so a timeout keeps its charge. */
  lost(now_ms: number, still_running: boolean): void {
    this.#settle(now_ms, still_running ? UP_FRONT_COST : (this.#average_cost ?? 1))
  }

  get #own(): number {
    return this.#in_flight * UP_FRONT_COST + this.#settled
  }

  #settle(now_ms: number, cost: number): void {
    this.#leak(now_ms)
    this.#in_flight -= 1
    this.#settled = Math.max(0, this.#settled + cost)
    this.#own_after_answer.add(now_ms, this.#own)
  }

  #observe(now_ms: number, remaining: number): void {
    this.#remaining = remaining
    this.#size = Math.max(this.#size, remaining)
    const unexplained = this.#size - remaining - this.#own_after_answer.value
    this.#external.add(now_ms, unexplained > EXTERNAL_SLACK ? unexplained : 0)
  }

  #leak(now_ms: number): void {
    const leaked = Math.max(0, now_ms - this.#at_ms) * OUTFLOW_PER_MS
    this.#at_ms = Math.max(this.#at_ms, now_ms)
    const from_settled = Math.min(this.#settled, leaked)
    this.#settled -= from_settled
    // While calls are in flight their answers tell the load of others; without any it is left to leak.
    if (this.#in_flight === 0) this.#external.lower(leaked - from_settled)
  }
}
