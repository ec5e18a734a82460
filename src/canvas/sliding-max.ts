/**
 * Maximum of the values added within about the last `window_ms` (between half and all of it). Only adding
 * moves the window, so the newest value never expires by time alone.
 */
export class SlidingMax {
  readonly #half_ms: number
  #started_ms = Number.NEGATIVE_INFINITY
  #previous = 0
  #current = 0

  constructor(window_ms: number) {
    this.#half_ms = window_ms / 2
  }

  get value(): number {
    return Math.max(this.#previous, this.#current)
  }

  add(now_ms: number, value: number): void {
    const age_ms = now_ms - this.#started_ms
    if (age_ms >= this.#half_ms) {
      this.#previous = age_ms >= 2 * this.#half_ms ? 0 : this.#current
      this.#current = 0
      this.#started_ms = now_ms
    }
    this.#current = Math.max(this.#current, value)
  }

  /** Lowers all remembered values by `amount`, not below 0. */
  lower(amount: number): void {
    this.#previous = Math.max(0, this.#previous - amount)
    this.#current = Math.max(0, this.#current - amount)
  }
}
