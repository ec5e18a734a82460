import { setTimeout as delay } from 'node:timers/promises'

/**
 * The only way this project learns the time or waits for it, so that tests need not sleep.
 *
 * Durations are always differences of {@link Clock.monotonic}: the wall clock jumps.
 */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. */
  now(): number
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonic(): number
  /** Resolves after `duration_ms`; rejects with the signal's reason when it aborts first. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `tick` every `interval_ms` until the returned function is called; never keeps the process alive. */
  every(interval_ms: number, tick: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(duration_ms, signal) {
    signal?.throwIfAborted()
    try {
      await delay(duration_ms, undefined, signal ? { signal } : {})
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
  every(interval_ms, tick) {
    const timer = setInterval(tick, interval_ms)
    timer.unref()
    return () => {
      clearInterval(timer)
    }
  },
}
