import { systemClock, type Clock } from '../core/clock.ts'
import { throttledBackOff } from './back-off.ts'
import { ConcurrencyLimit } from './concurrency-limit.ts'
import { ThrottleBucket, type RateSignals } from './throttle-bucket.ts'
import type { ThrottleState } from './throttle-state.ts'

const DEFAULT_MAX_CONCURRENCY = 11
/** After this long without calls others may have filled the bucket: the next call goes alone. */
const STALE_AFTER_MS = 10_000
/** The model may be wrong, or fed with false headers: after this long one call goes alone to see. */
const MAX_BUDGET_WAIT_MS = 60_000

export interface ThrottleGateOptions {
  readonly clock?: Clock
  readonly random?: () => number
  /** 11 by default. */
  readonly max_concurrency?: number
}

export interface AcquireOptions {
  readonly signal?: AbortSignal
  /** A retried call goes before those that have not been sent yet. */
  readonly first?: boolean
  /** Called at most once, when the call has to wait for the bucket. */
  readonly onWait?: (reason: 'throttled' | 'budget', wait_ms: number) => void
}

/** The right to send one call. One of `answered`, `throttled`, `lost` comes first, then always `release`. */
export interface ThrottlePermit {
  /** As soon as the headers are there: the server has given the charge back by then. */
  answered(signals: RateSignals): void
  /** Returns how many milliseconds every call with this token will now wait. */
  throttled(signals: RateSignals, retry_after_ms?: number): number
  lost(still_running: boolean): void
  release(): void
}

interface Waiter {
  readonly since_ms: number
  readonly options: AcquireOptions
  readonly admit: () => void
  told: boolean
}

/** Lets calls with one token through at the rate its bucket allows; first come, first served. */
export class ThrottleGate {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #bucket = new ThrottleBucket()
  readonly #limit: ConcurrencyLimit
  readonly #queue: Waiter[] = []
  #in_flight = 0
  #probing = false
  #last_answer_ms = Number.NEGATIVE_INFINITY
  #paused_until_ms = Number.NEGATIVE_INFINITY
  #paused_at_ms = Number.NEGATIVE_INFINITY
  /** Since when the bucket alone holds the queue back. */
  #held_since_ms: number | undefined
  #throttled_in_row = 0
  #throttled_count = 0
  #waited_ms = 0
  #timer: { at_ms: number; abort: AbortController } | undefined

  constructor(options: ThrottleGateOptions = {}) {
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#limit = new ConcurrencyLimit(options.max_concurrency ?? DEFAULT_MAX_CONCURRENCY)
  }

  get state(): ThrottleState {
    return {
      remaining: this.#bucket.remaining,
      high_water_mark: this.#bucket.size,
      external_load: this.#bucket.external_load,
      average_cost: this.#bucket.average_cost,
      in_flight: this.#in_flight,
      limit: this.#limit.value,
      waiting: this.#queue.length,
      throttled_count: this.#throttled_count,
      waited_ms: Math.round(this.#waited_ms),
    }
  }

  /** Resolves when the call may be sent; rejects with the signal's reason when it aborts first. */
  async acquire(options: AcquireOptions = {}): Promise<ThrottlePermit> {
    const { signal } = options
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const waiter: Waiter = {
      since_ms: this.#clock.monotonic(),
      options,
      admit: () => {
        resolve(undefined)
      },
      told: false,
    }
    const leave = (): void => {
      const place = this.#queue.indexOf(waiter)
      if (place !== -1) this.#queue.splice(place, 1)
      reject(signal?.reason as Error)
      this.#pump()
    }
    signal?.addEventListener('abort', leave, { once: true })
    if (options.first) this.#queue.unshift(waiter)
    else this.#queue.push(waiter)
    this.#pump()
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
    return this.#permit()
  }

  #permit(): ThrottlePermit {
    const sent_ms = this.#clock.monotonic()
    let open = true
    let settled = false
    const settle = (apply: (now_ms: number) => void): void => {
      if (settled) return
      settled = true
      this.#probing = false
      apply(this.#clock.monotonic())
      this.#pump()
    }
    return {
      answered: (signals) => {
        settle((now_ms) => {
          this.#answered(now_ms, signals)
        })
      },
      throttled: (signals, retry_after_ms) => {
        settle((now_ms) => {
          this.#throttled(now_ms, sent_ms, signals, retry_after_ms)
        })
        return Math.max(0, Math.ceil(this.#paused_until_ms - this.#clock.monotonic()))
      },
      lost: (still_running) => {
        settle((now_ms) => {
          this.#bucket.lost(now_ms, still_running)
        })
      },
      release: () => {
        if (!open) return
        open = false
        if (!settled) {
          settled = true
          this.#probing = false
          this.#bucket.lost(this.#clock.monotonic(), false)
        }
        this.#in_flight -= 1
        this.#pump()
      },
    }
  }

  #answered(now_ms: number, signals: RateSignals): void {
    this.#bucket.answered(now_ms, signals)
    this.#last_answer_ms = now_ms
    if (now_ms >= this.#paused_until_ms) this.#throttled_in_row = 0
    this.#limit.answered(now_ms, {
      in_flight: this.#in_flight,
      external_load: this.#bucket.external_load,
      has_rate_headers: signals.remaining !== null,
    })
  }

  #throttled(now_ms: number, sent_ms: number, signals: RateSignals, retry_after_ms?: number): void {
    this.#bucket.throttled(now_ms, signals)
    this.#last_answer_ms = Number.NEGATIVE_INFINITY
    this.#throttled_count += 1
    // Calls that were already under way when the pause began are refused for the same reason: one event.
    if (sent_ms <= this.#paused_at_ms) return
    this.#throttled_in_row += 1
    this.#limit.throttled(now_ms)
    const lacking = Math.max(0, 50 - (signals.remaining ?? 0))
    const wait_ms = throttledBackOff(this.#throttled_in_row, this.#random(), lacking, retry_after_ms)
    this.#held_since_ms = undefined
    this.#paused_at_ms = now_ms
    this.#paused_until_ms = now_ms + wait_ms
  }

  /** Admits from the head of the queue as long as nothing holds it back. */
  #pump(): void {
    for (;;) {
      const waiter = this.#queue[0]
      if (!waiter) {
        this.#held_since_ms = undefined
        // A timer nobody waits for would keep the process alive for up to a minute.
        this.#timer?.abort.abort()
        this.#timer = undefined
        return
      }
      const now_ms = this.#clock.monotonic()
      const pause_ms = this.#paused_until_ms - now_ms
      if (pause_ms > 0) {
        this.#hold(waiter, 'throttled', pause_ms)
        return
      }
      if (this.#in_flight >= this.#limit.value || this.#probing) return
      const wait_ms = this.#bucket.waitFor(now_ms)
      let overdue = false
      if (wait_ms > 0) {
        this.#held_since_ms ??= now_ms
        const left_ms = this.#held_since_ms + MAX_BUDGET_WAIT_MS - now_ms
        overdue = left_ms <= 0 && this.#in_flight === 0
        if (!overdue) {
          this.#hold(waiter, 'budget', Math.min(wait_ms, left_ms > 0 ? left_ms : MAX_BUDGET_WAIT_MS))
          return
        }
      }
      this.#held_since_ms = undefined
      this.#queue.shift()
      const stale = now_ms - this.#last_answer_ms > STALE_AFTER_MS
      this.#probing = overdue || (this.#in_flight === 0 && stale)
      this.#in_flight += 1
      this.#waited_ms += now_ms - waiter.since_ms
      this.#bucket.send(now_ms)
      waiter.admit()
    }
  }

  #hold(waiter: Waiter, reason: 'throttled' | 'budget', wait_ms: number): void {
    if (!waiter.told) {
      waiter.told = true
      waiter.options.onWait?.(reason, Math.ceil(wait_ms))
    }
    this.#wakeAt(this.#clock.monotonic() + Math.ceil(wait_ms))
  }

  #wakeAt(at_ms: number): void {
    if (this.#timer && this.#timer.at_ms <= at_ms) return
    this.#timer?.abort.abort()
    const abort = new AbortController()
    const timer = { at_ms, abort }
    this.#timer = timer
    const wake = (): void => {
      if (this.#timer !== timer) return
      this.#timer = undefined
      this.#pump()
    }
    this.#clock.sleep(Math.max(1, at_ms - this.#clock.monotonic()), abort.signal).then(wake, () => undefined)
  }
}
