import type { Clock } from '../../src/core/clock.ts'

/** A clock that stands wherever it is put, so that syncs of past weeks are recorded in seconds. */
export class PastClock implements Clock {
  #now_ms: number
  readonly #began_ms: number

  constructor(now_ms: number) {
    this.#now_ms = now_ms
    this.#began_ms = now_ms
  }

  /** Never back. */
  goTo(at_ms: number): void {
    this.#now_ms = Math.max(this.#now_ms, at_ms)
  }

  pass(duration_ms: number): void {
    this.#now_ms += duration_ms
  }

  now(): number {
    return Math.round(this.#now_ms)
  }

  monotonic(): number {
    return this.#now_ms - this.#began_ms
  }

  async sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.pass(duration_ms)
    await Promise.resolve()
  }

  /** Nothing repeats in the past. */
  every(): () => void {
    return () => {}
  }
}
