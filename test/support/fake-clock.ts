import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/core/clock.ts'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * A clock that moves only when a test says so. With `auto: true` a sleep moves it: whoever sleeps is woken
 * at once and the time has passed, which is what a test of back-off wants.
 */
export class FakeClock implements Clock {
  readonly auto: boolean
  readonly sleeps: number[] = []
  #elapsed_ms = 0
  #wall_offset_ms: number
  #sleepers: Sleeper[] = []
  #tickers = new Set<{ interval_ms: number; next: number; tick: () => void }>()

  constructor(options: { start?: string; auto?: boolean } = {}) {
    this.#wall_offset_ms = Date.parse(options.start ?? '2026-11-22T10:15:00.000Z')
    this.auto = options.auto ?? false
  }

  now(): number {
    return this.#wall_offset_ms + this.#elapsed_ms
  }

  monotonic(): number {
    return this.#elapsed_ms
  }

  async sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.sleeps.push(duration_ms)
    if (this.auto) {
      this.advance(duration_ms)
      // A turn of the event loop: who only sleeps must not keep answers from arriving.
      await nextTurn()
      return
    }
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.#elapsed_ms + duration_ms, wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal.reason as Error)
      })
    })
  }

  every(interval_ms: number, tick: () => void): () => void {
    const ticker = { interval_ms, next: this.#elapsed_ms + interval_ms, tick }
    this.#tickers.add(ticker)
    return () => {
      this.#tickers.delete(ticker)
    }
  }

  /** Lets `duration_ms` pass: tickers tick and sleepers wake in the order of their times. */
  advance(duration_ms: number): void {
    const until = this.#elapsed_ms + duration_ms
    for (;;) {
      let next = until
      for (const sleeper of this.#sleepers) next = Math.min(next, sleeper.at)
      for (const ticker of this.#tickers) next = Math.min(next, ticker.next)
      this.#elapsed_ms = Math.max(this.#elapsed_ms, next)
      const due = this.#sleepers.filter((sleeper) => sleeper.at <= this.#elapsed_ms)
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > this.#elapsed_ms)
      for (const sleeper of due) sleeper.wake()
      for (const ticker of this.#tickers) {
        if (ticker.next > this.#elapsed_ms) continue
        ticker.next += ticker.interval_ms
        ticker.tick()
      }
      if (next >= until) return
    }
  }

  /** Moves the wall clock only, as a time server or an operator would. */
  jumpWall(offset_ms: number): void {
    this.#wall_offset_ms += offset_ms
  }
}
